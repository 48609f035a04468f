package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.CgroupTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What is done on a node once, by who has more rights than the agent is to have. */
public final class NodePreparation {
    private NodePreparation() {}

    /**
     * Makes the cgroup that networks' cgroups are made in; one that is there stays as it is.
     *
     * @param inPod whether we run in a container of a pod
     */
    public static void makeCgroup(CgroupConfig config, boolean inPod) throws IOException {
        NodeCgroups.openNodes(inPod).make(Path.of(config.name()));
    }

    /**
     * Writes a file of the node.
     *
     * @param file absolute path on the node; directories that are missing are made
     * @param inPod whether we run in a container of a pod
     */
    public static void writeFile(Path file, byte[] content, boolean inPod) throws IOException {
        try (HostRoot host = HostRoot.open(Source.CLUSTER, inPod)) {
            new HostFiles(host).write(file, content);
        } catch (IOException e) {
            throw new IOException("write " + file + " of the node: " + FileFailure.describe(e), e);
        }
    }

    /**
     * Removes a file of the node that {@link #writeFile} wrote, with the directories that were made for it, as far as nothing else is in
     * them. None need be there.
     */
    public static void deleteFile(Path file, boolean inPod) throws IOException {
        try (HostRoot host = HostRoot.open(Source.CLUSTER, inPod)) {
            new HostFiles(host).delete(file);
        } catch (IOException e) {
            throw new IOException("remove " + file + " of the node: " + FileFailure.describe(e), e);
        }
    }

    /** Why networks could not be given cgroups here; empty if they can be. Changes nothing. */
    public static Optional<String> cgroupProblem(CgroupConfig config, boolean inPod) {
        try {
            CgroupTree tree = NodeCgroups.openNodes(inPod);
            return config.networkMemory() != null && !tree.accountsMemory()
                    ? Optional.of("memory cannot be limited: no hierarchy has the memory controller")
                    : tree.obstacle(Path.of(config.name()));
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
