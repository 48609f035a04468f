package dev.rootlessnetwork.posix;

import jnr.constants.platform.Errno;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.Encoding;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.annotations.SaveError;
import jnr.ffi.types.pid_t;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import jnr.ffi.types.uintptr_t;
import org.jspecify.annotations.Nullable;

/**
 * The C library under its POSIX names, and the numbers that Linux gives them on both of our architectures. Structures
 * are byte arrays in native order: they are copied in and out, so that nothing outlives the call.
 */
final class LibC {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int ESRCH = 3;
    static final int EINTR = 4;
    static final int EBADF = 9;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int EEXIST = 17;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int ENOTTY = 25;
    static final int ENOSYS = 38;
    static final int ELOOP = 40;
    static final int EADDRNOTAVAIL = 99;

    static final int F_DUPFD_CLOEXEC = 1030;
    static final int O_CLOEXEC = 0x80000;
    static final short POLLIN = 0x1;
    static final short POLLHUP = 0x10;

    static final int MADV_DONTNEED = 4;

    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CTL_DEL = 2;
    static final int EPOLL_CTL_MOD = 3;
    static final int EFD_NONBLOCK = 0x800;
    /** struct epoll_event is packed on x86-64 alone. */
    private static final boolean PACKED = System.getProperty("os.arch", "").equals("amd64");

    static final int EPOLL_EVENT_SIZE = PACKED ? 12 : 16;
    static final int EPOLL_EVENT_KEY = PACKED ? 4 : 8;

    static final int CLONE_NEWNS = 0x20000;
    static final int CLONE_NEWCGROUP = 0x02000000;
    static final int CLONE_NEWNET = 0x40000000;

    /** System calls without a wrapper in glibc 2.34; the numbers are the same on every architecture since Linux 5.1. */
    static final long SYS_PIDFD_SEND_SIGNAL = 424;

    static final long SYS_PIDFD_OPEN = 434;

    static final long SYS_OPENAT2 = 437;

    static final long SYS_PIDFD_GETFD = 438;

    static final Functions C = load();
    static final Runtime RUNTIME = Runtime.getRuntime(C);

    private LibC() {}

    private static Functions load() {
        // The stubs that jnr-ffi assembles itself on x86-64 pass a wrong sixth argument, which splice(2) has; they are
        // hardly faster.
        System.setProperty("jnr.ffi.x86asm.enabled", "false");
        return LibraryLoader.create(Functions.class)
                .failImmediately()
                .load(jnr.ffi.Platform.getNativePlatform().getStandardCLibraryName());
    }

    /** Of the calling thread's last call, which must be the one just made. */
    static int errno() {
        return LastError.getLastError(RUNTIME);
    }

    /** Passes a result on unless it is the -1 by which libc says to look into errno. */
    static int check(int result, String doing) throws PosixException {
        if (result == -1) {
            throw new PosixException(doing, errno());
        }
        return result;
    }

    /** Repeats a call that a signal interrupted. */
    static int checkRestarted(Call call, String doing) throws PosixException {
        while (true) {
            int result = call.run();
            if (result != -1 || errno() != EINTR) {
                return check(result, doing);
            }
        }
    }

    static String errnoName(int errno) {
        // The two that Linux gives two names; the usual one is wanted.
        return switch (errno) {
            case 35 -> "EDEADLK";
            case 95 -> "EOPNOTSUPP";
            default -> known(errno) ? Errno.valueOf(errno).name() : "errno " + errno;
        };
    }

    /** The words of strerror(3) in English, whatever the locale. */
    static String errnoWords(int errno) {
        return known(errno) ? Errno.valueOf(errno).description() : "Unknown error";
    }

    private static boolean known(int errno) {
        return Errno.valueOf(errno) != Errno.__UNKNOWN_CONSTANT__;
    }

    /** One native call, for {@link #checkRestarted}. */
    interface Call {
        int run();
    }

    /** The functions; each is described in the manual page of its name. Public for the code that jnr-ffi generates. */
    @SaveError
    @Encoding("UTF-8")
    public interface Functions {
        int open(@In @Encoding("UTF-8") String path, int flags, int mode);

        int close(int fd);

        @ssize_t
        long read(int fd, @Out byte[] buffer, @size_t long count);

        @ssize_t
        long write(int fd, @In byte[] buffer, @size_t long count);

        int fcntl(int fd, int command, int argument);

        int pipe2(@Out int[] fds, int flags);

        int poll(@In @Out byte[] fds, long count, int timeoutMillis);

        int flock(int fd, int operation);

        int fstat(int fd, @Out byte[] stat);

        @ssize_t
        long readlinkat(int directory, @In @Encoding("UTF-8") String path, @Out byte[] buffer, @size_t long size);

        int geteuid();

        int sched_yield();

        int ioctl(int fd, long request, @In @Out byte[] argument);

        int ioctl(int fd, long request, long argument);

        int epoll_create1(int flags);

        int epoll_ctl(int epfd, int operation, int fd, @In byte[] event);

        int epoll_wait(int epfd, @Out byte[] events, int maxEvents, int timeoutMillis);

        int eventfd(int initial, int flags);

        int unshare(int flags);

        int setns(int fd, int type);

        int mount(
                @In @Encoding("UTF-8") String source,
                @In @Encoding("UTF-8") String target,
                @In @Encoding("UTF-8") String type,
                long flags,
                long data);

        int umount2(@In @Encoding("UTF-8") String target, int flags);

        int kill(@pid_t long pid, int signal);

        /** Of glibc; see malloc_trim(3). */
        int malloc_trim(@size_t long pad);

        int madvise(@uintptr_t long address, @size_t long length, int advice);

        @pid_t
        long waitpid(@pid_t long pid, @Out int[] status, int options);

        long syscall(long number, long first, long second, long third, long fourth);

        /** For openat2(2). */
        long syscall(
                long number, long directory, @In @Encoding("UTF-8") String path, @In byte[] how, @size_t long size);

        int prlimit(@pid_t long pid, int resource, @In byte @Nullable [] newLimit, @Out byte[] oldLimit);

        int socket(int domain, int type, int protocol);

        int setsockopt(int fd, int level, int option, @In int[] value, int length);

        int listen(int fd, int backlog);

        int shutdown(int fd, int how);

        /** Those below take addresses of native memory, for paths on which nothing is to be copied or allocated. */
        int bind(int fd, long address, int length);

        int connect(int fd, long address, int length);

        int accept4(int fd, long address, long length, int flags);

        int getpeername(int fd, long address, long length);

        int setsockopt(int fd, int level, int option, long value, int length);

        int getsockopt(int fd, int level, int option, long value, long length);

        int epoll_ctl(int epfd, int operation, int fd, long event);

        int epoll_wait(int epfd, long events, int maxEvents, int timeoutMillis);

        @ssize_t
        long splice(int from, long fromOffset, int to, long toOffset, @size_t long length, int flags);

        int recvmmsg(int fd, long messages, int count, int flags, long timeout);

        int sendmmsg(int fd, long messages, int count, int flags);

        @ssize_t
        long recvmsg(int fd, long message, int flags);

        int if_nametoindex(@In @Encoding("UTF-8") String name);

        int posix_spawn(
                @Out int[] pid,
                @In @Encoding("UTF-8") String path,
                Pointer fileActions,
                Pointer attributes,
                Pointer argv,
                Pointer envp);

        int posix_spawn_file_actions_init(Pointer fileActions);

        int posix_spawn_file_actions_destroy(Pointer fileActions);

        int posix_spawn_file_actions_adddup2(Pointer fileActions, int fd, int newFd);

        int posix_spawn_file_actions_addopen(
                Pointer fileActions, int fd, @In @Encoding("UTF-8") String path, int flags, int mode);

        int posix_spawn_file_actions_addclose(Pointer fileActions, int fd);

        int posix_spawn_file_actions_addclosefrom_np(Pointer fileActions, int from);

        int posix_spawnattr_init(Pointer attributes);

        int posix_spawnattr_destroy(Pointer attributes);

        int posix_spawnattr_setflags(Pointer attributes, short flags);

        int posix_spawnattr_setpgroup(Pointer attributes, int group);

        int posix_spawnattr_setsigdefault(Pointer attributes, Pointer set);

        int posix_spawnattr_setsigmask(Pointer attributes, Pointer set);

        int sigfillset(Pointer set);

        int sigemptyset(Pointer set);
    }
}
