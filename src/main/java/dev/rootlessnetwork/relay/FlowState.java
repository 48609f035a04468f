package dev.rootlessnetwork.relay;

import java.net.InetAddress;

/**
 * What a UDP flow is, apart from its socket in the guest, so that another relay can go on with it.
 *
 * @param scope of the client's address, where that is link-local; else 0
 * @param localHigh of the address that the client writes to, as {@link dev.rootlessnetwork.posix.DatagramBatch#localHigh} has it; only
 *     for processes of the same machine
 * @param at the guest's address that its socket is connected to
 * @param answered whether something ever came back
 * @param keepsSource whether the server sees the client's address
 * @param descriptor number of the socket in the process that has it
 */
record FlowState(
        InetAddress client,
        int clientPort,
        int scope,
        long localHigh,
        long localLow,
        InetAddress at,
        int port,
        boolean answered,
        boolean keepsSource,
        int descriptor) {}
