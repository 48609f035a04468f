package dev.rootlessnetwork.posix;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import org.jspecify.annotations.Nullable;

/** Functions of glibc, as its manual pages describe them. Pointers that are passed as {@code long} are addresses. */
public interface LibC {
    /** glibc of this process. */
    LibC C = LibraryLoader.create(LibC.class).load("c");

    /** Memory and last errno belong to this runtime. */
    Runtime RUNTIME = Runtime.getRuntime(C);

    int open(String path, int flags, int mode);

    int close(int fd);

    int fcntl(int fd, int command, int argument);

    int flock(int fd, int operation);

    int pipe2(@Out int[] fds, int flags);

    int eventfd(int initialValue, int flags);

    long read(int fd, @Out byte[] buffer, long count);

    long write(int fd, @In byte[] buffer, long count);

    int ioctl(int fd, long request, long argument);

    int poll(Pointer pollfds, long count, int timeoutMillis);

    int epoll_create1(int flags);

    int epoll_ctl(int epfd, int operation, int fd, @Nullable Pointer event);

    int epoll_wait(int epfd, Pointer events, int maxEvents, int timeoutMillis);

    int socket(int domain, int type, int protocol);

    int setsockopt(int socket, int level, int option, Pointer value, int length);

    int bind(int socket, Pointer address, int length);

    int geteuid();

    int waitpid(int pid, @Out int[] status, int options);

    int prlimit(int pid, int resource, @Nullable Pointer newLimit, @Nullable Pointer oldLimit);

    int unshare(int flags);

    int setns(int fd, int namespaceType);

    int mount(String source, String target, @Nullable String type, long flags, @Nullable Pointer data);

    int umount2(String target, int flags);

    long syscall(long number, long first, long second, long third, long fourth);

    int posix_spawn(
            @Out int[] pid,
            String path,
            Pointer fileActions,
            Pointer attributes,
            @In String[] arguments,
            @In String[] environment);

    int posix_spawn_file_actions_init(Pointer fileActions);

    int posix_spawn_file_actions_destroy(Pointer fileActions);

    int posix_spawn_file_actions_adddup2(Pointer fileActions, int fd, int newFd);

    int posix_spawn_file_actions_addclose(Pointer fileActions, int fd);

    /** Since glibc 2.34. */
    int posix_spawn_file_actions_addclosefrom_np(Pointer fileActions, int from);

    int posix_spawnattr_init(Pointer attributes);

    int posix_spawnattr_destroy(Pointer attributes);

    int posix_spawnattr_setflags(Pointer attributes, short flags);

    int posix_spawnattr_setpgroup(Pointer attributes, int group);

    int posix_spawnattr_setsigmask(Pointer attributes, Pointer signals);

    int posix_spawnattr_setsigdefault(Pointer attributes, Pointer signals);

    int sigemptyset(Pointer signals);

    int sigfillset(Pointer signals);
}
