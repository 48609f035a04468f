package dev.rootlessnetwork.relay;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.PortForward;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One attempt of a successor to take over, seen from the relay that it takes over from. Undone unless it ends in {@link #retire}. */
final class Handover implements AutoCloseable {
    private final ForwardTable table;
    private final Estate estate;
    private final List<Integer> descriptors = new ArrayList<>();
    private boolean retired;

    /** Stops serving new clients. */
    Handover(ForwardTable table) throws IOException {
        this.table = table;
        List<Estate.OfNetwork> networks = new ArrayList<>();
        for (ForwardTable.Attached attached : table.handOver()) {
            networks.add(describe(attached));
        }
        estate = new Estate(networks);
    }

    private Estate.OfNetwork describe(ForwardTable.Attached attached) {
        Guest guest = attached.guest();
        descriptors.add(guest.netns().number());
        if (guest.process() != null) {
            descriptors.add(guest.process().number());
        }
        List<PortRun> runs = PortRun.of(attached.forwards().values().stream()
                .map(Forward::asPortForward)
                .toList());
        for (PortForward forward : PortRun.forwards(runs)) {
            Forward served = attached.forwards().get(forward.id());
            if (served == null) {
                throw new IllegalStateException("no forward " + forward.id());
            }
            descriptors.add(served.descriptor());
        }
        return new Estate.OfNetwork(
                guest.network(),
                guest.name(),
                InetAddresses.toAddrString(guest.addresses().ipv4()),
                guest.addresses().ipv6() == null
                        ? null
                        : InetAddresses.toAddrString(guest.addresses().ipv6()),
                guest.interfaceName(),
                guest.process() != null,
                runs,
                flows(attached));
    }

    /** UDP flows come along: what one is, its clients cannot tell, so it must not end. */
    private List<Estate.Flow> flows(ForwardTable.Attached attached) {
        List<Estate.Flow> flows = new ArrayList<>();
        for (Forward forward : attached.forwards().values()) {
            if (forward instanceof UdpForward udp) {
                for (FlowState state : udp.export()) {
                    flows.add(Estate.Flow.of(forward.id(), state));
                    descriptors.add(state.descriptor());
                }
            }
        }
        return flows;
    }

    Estate estate() {
        return estate;
    }

    /** Some of the descriptors. */
    List<Integer> descriptors(int first, int count) {
        return descriptors.subList(first, Math.min(descriptors.size(), first + count));
    }

    void retire() {
        retired = true;
        table.retire();
    }

    @Override
    public void close() {
        if (!retired) {
            table.resume();
        }
    }
}
