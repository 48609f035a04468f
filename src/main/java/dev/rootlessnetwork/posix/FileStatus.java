package dev.rootlessnetwork.posix;

/** The parts of fstat(2) that say which file this is: the first 16 bytes, alike on both architectures. */
record FileStatus(long device, long inode) {
    private static final int STAT_SIZE = 144;
    private static final int INODE_OFFSET = 8;

    static FileStatus of(Fd fd) throws PosixException {
        Struct stat = new Struct(STAT_SIZE);
        try (Fd.Lease lease = fd.lease()) {
            LibC.check(LibC.C.fstat(lease.number(), stat.bytes()), "look at " + fd);
        }
        return new FileStatus(stat.getLong(0), stat.getLong(INODE_OFFSET));
    }
}
