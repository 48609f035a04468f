package dev.rootlessnetwork.port;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.posix.BindProbe;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.SocketOwners;
import java.io.IOException;
import java.util.Optional;

/** Finds out by binding it ourselves whether a host port can be had, since slirp4netns does not say why it cannot. */
public final class HostPortProbe {
    private final boolean nameOwners;

    /** @param nameOwners whether messages may name the process that has a port */
    public HostPortProbe(boolean nameOwners) {
        this.nameOwners = nameOwners;
    }

    /** Why a port of this host cannot be had now; empty if it can. Leaves nothing bound. */
    public Optional<Problem> problem(ForwardId id) {
        return probe(id).map(e -> explain(id, e.errnoName(), e.words()));
    }

    /** Whether a port of this host can be had now. Leaves nothing bound. */
    public boolean free(ForwardId id) {
        return probe(id).isEmpty();
    }

    private static Optional<PosixException> probe(ForwardId id) {
        return BindProbe.probe(transport(id), id.hostIp(), id.hostPort());
    }

    private static BindProbe.Transport transport(ForwardId id) {
        return id.protocol() == Protocol.TCP ? BindProbe.Transport.TCP : BindProbe.Transport.UDP;
    }

    /**
     * What an errno of opening a port means, and what to do about it.
     *
     * @param errno its symbolic name
     * @param words of the system
     */
    Problem explain(ForwardId id, String errno, String words) {
        if (errno.equals("EADDRINUSE")) {
            return Problem.retried(
                    Reason.PortConflict,
                    id + " is in use by " + owner(id) + ": end that, or choose another hostPort or hostIP");
        }
        if (errno.equals("EACCES") || errno.equals("EPERM")) {
            return Problem.retried(
                    Reason.PortPermission,
                    id + " is a privileged port: run with CAP_NET_BIND_SERVICE, choose a port above, or lower"
                            + " net.ipv4.ip_unprivileged_port_start to " + id.hostPort());
        }
        if (errno.equals("EADDRNOTAVAIL")) {
            return Problem.retried(
                    Reason.PortFailed, id + " cannot be opened: this host has no such address (EADDRNOTAVAIL)");
        }
        return Problem.retried(Reason.PortFailed, id + " cannot be opened: " + words);
    }

    private String owner(ForwardId id) {
        String unnamed = "another process of this host";
        if (!nameOwners) {
            return unnamed;
        }
        try {
            return SocketOwners.find(transport(id), id.hostIp(), id.hostPort())
                    .map(owner -> "process " + owner.pid() + " (" + owner.command() + ")")
                    .orElse(unnamed);
        } catch (IOException e) {
            return unnamed;
        }
    }
}
