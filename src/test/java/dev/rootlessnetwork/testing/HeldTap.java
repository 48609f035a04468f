package dev.rootlessnetwork.testing;

import java.util.List;

/** A tap in a target that some process is attached to, so that it cannot be removed. */
public final class HeldTap implements AutoCloseable {
    /** TUNSETIFF with IFF_TAP and IFF_NO_PI; whoever was attached may be just ending. */
    private static final String PROGRAM = """
            import fcntl, struct, sys, time
            tun = open("/dev/net/tun", "r+b", buffering=0)
            while True:
                try:
                    fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH22x", sys.argv[1].encode(), 0x1002))
                    break
                except OSError:
                    time.sleep(0.01)
            print("ready", flush=True)
            sys.stdin.read()
            """;

    private final Process holder;

    public HeldTap(TargetProcess target, String name) {
        holder = Readiness.start(target.inside(List.of("python3", "-c", PROGRAM, name)));
    }

    public boolean isAttached() {
        return holder.isAlive();
    }

    /** Lets go of it. */
    public void release() {
        Readiness.kill(holder);
    }

    @Override
    public void close() {
        release();
    }
}
