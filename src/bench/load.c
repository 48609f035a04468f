/*
 * The traffic of the benchmark of port handlers: one program is server and client, so that every forwarder meets the same two ends.
 *
 * A forwarder shares the processors with both ends of its connections, so whatever these cost hides a part of what is measured. Hence one
 * thread and epoll, no allocation per request, and a receiver that lets the kernel drop the bytes instead of copying them (MSG_TRUNC). The
 * sender copies: an application does, and pages that are lent to the kernel would reach the forwarder in another shape.
 *
 *   load serve PORT                          TCP and UDP on all addresses, until it is killed; says "ready"
 *   load stream up|down ADDRESS PORT STREAMS SECONDS
 *   load rate ADDRESS PORT CLIENTS SECONDS   each client connects, sends a byte, reads a byte and the end, closes, and begins again
 *   load rtt ADDRESS PORT SECONDS            a byte there and back on one connection
 *   load udp ADDRESS PORT BYTES MBITS SECONDS
 *   load hold ADDRESS PORT CONNECTIONS       says {"held": ...} and keeps them idle until its standard input ends
 *
 * The clients print one line of JSON. The first byte of a TCP connection tells the server what it is for: see enum purpose.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum purpose {
    ONE = 'p',   /* a byte, and the end: the server closes first, so that no client runs out of ports by those in TIME_WAIT */
    ECHO = 'e',  /* what comes, back */
    UP = 'u',    /* swallow to the end, then tell how many bytes came */
    DOWN = 'd',  /* send until the client goes */
    COUNT = 'q', /* tell what came by UDP since the last time that this was asked */
};

enum {
    CHUNK = 128 << 10, /* bytes per call: several segments of 64 KiB, and it stays in the second-level cache */
    EVENTS = 256,
    DESCRIPTORS = 65536,
    BATCH = 16, /* datagrams per call: 90 us of 2 Gbit/s, less than any socket's buffer */
    DATAGRAM = 65536,
    SAMPLES = 4 << 20,
};

static const int64_t PATIENCE_NS = 5000000000; /* for the last bytes of a stream, and for an answer */
static const int64_t HANGS_NS = 1000000000;

struct counters {
    uint64_t received;
    uint64_t late; /* arrived after a later one */
};

struct connection {
    char purpose;
    uint64_t bytes;
    int64_t since;
};

static struct connection connections[DESCRIPTORS]; /* by descriptor */
static char chunk[CHUNK];
static uint64_t samples[SAMPLES]; /* nanoseconds; pages that are not needed are never touched */
static size_t sample_count;

static void die(const char *format, ...) {
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, ": %s\n", strerror(error));
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int64_t after(double seconds) {
    return now() + (int64_t)(seconds * 1e9);
}

static struct sockaddr_in address_of(const char *address, const char *port) {
    struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    if (inet_pton(AF_INET, address, &result.sin_addr) != 1) {
        errno = EINVAL;
        die("%s is no IPv4 address", address);
    }
    return result;
}

static int epoll_of_its_own(void) {
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) die("epoll_create1");
    return epoll;
}

static void watch(int epoll, int operation, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(epoll, operation, fd, &event) < 0) die("epoll_ctl");
}

static int blocked(ssize_t result) {
    return result < 0 && (errno == EAGAIN || errno == EINTR);
}

/* The server. */

static void take_connections(int epoll, int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= DESCRIPTORS) {
            close(fd);
            continue;
        }
        connections[fd] = (struct connection){0};
        watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN);
    }
    if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) die("accept");
}

static void take_datagrams(int udp, struct counters *counters) {
    static uint64_t sequence[64], highest;
    static struct iovec parts[64];
    static struct mmsghdr messages[64];
    for (int i = 0; i < 64; i++) {
        parts[i] = (struct iovec){&sequence[i], sizeof sequence[i]}; /* the rest of the datagram is dropped uncopied */
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    int count;
    while ((count = recvmmsg(udp, messages, 64, MSG_DONTWAIT, NULL)) > 0) {
        for (int i = 0; i < count; i++) {
            if (sequence[i] == 0) highest = 0;
            if (sequence[i] < highest) counters->late++;
            else highest = sequence[i];
        }
        counters->received += (uint64_t)count;
    }
}

/* Returns whether the connection goes on. */
static int serve_input(int epoll, int fd, struct connection *connection, struct counters *counters) {
    if (!connection->purpose) {
        ssize_t count = recv(fd, &connection->purpose, 1, 0);
        if (blocked(count)) return 1;
        if (count <= 0) return 0;
        switch (connection->purpose) {
        case ONE:
            send(fd, "x", 1, MSG_NOSIGNAL);
            return 0;
        case COUNT:
            send(fd, counters, sizeof *counters, MSG_NOSIGNAL);
            *counters = (struct counters){0};
            return 0;
        case DOWN:
            watch(epoll, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT);
            return 1;
        default:
            return 1;
        }
    }
    ssize_t count = recv(fd, chunk, CHUNK, connection->purpose == ECHO ? 0 : MSG_TRUNC);
    if (blocked(count)) return 1;
    if (count < 0) return 0;
    if (count == 0) {
        if (connection->purpose == UP) send(fd, &connection->bytes, sizeof connection->bytes, MSG_NOSIGNAL);
        return 0;
    }
    connection->bytes += (uint64_t)count;
    return connection->purpose != ECHO || send(fd, chunk, (size_t)count, MSG_NOSIGNAL) == count;
}

static void serve(const char *port) {
    struct sockaddr_in address = address_of("0.0.0.0", port);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1, buffer = 8 << 20; /* large, and so not what loses the datagrams */
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0) die("TCP port %s", port);
    if (bind(udp, (struct sockaddr *)&address, sizeof address) < 0) die("UDP port %s", port);
    int epoll = epoll_of_its_own();
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
    watch(epoll, EPOLL_CTL_ADD, udp, EPOLLIN);
    puts("ready");
    fflush(stdout);

    struct counters counters = {0};
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                take_connections(epoll, listener);
                continue;
            }
            if (fd == udp) {
                take_datagrams(udp, &counters);
                continue;
            }
            int goes_on = 1;
            if (events[i].events & EPOLLOUT) goes_on = send(fd, chunk, CHUNK, MSG_NOSIGNAL) > 0 || errno == EAGAIN;
            if (goes_on && events[i].events & ~(uint32_t)EPOLLOUT) goes_on = serve_input(epoll, fd, &connections[fd], &counters);
            if (!goes_on) close(fd);
        }
    }
}

/* The clients. */

static int connected(const struct sockaddr_in *address, const void *greeting, size_t length) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = PATIENCE_NS / 1000000000};
    if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address) < 0) die("connect");
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (send(fd, greeting, length, MSG_NOSIGNAL) != (ssize_t)length) die("send");
    return fd;
}

static void sample(int64_t nanoseconds) {
    if (sample_count == SAMPLES) {
        errno = ENOBUFS;
        die("more than %d exchanges", SAMPLES);
    }
    samples[sample_count++] = (uint64_t)nanoseconds;
}

static int by_size(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static double microseconds_at(double share) {
    if (sample_count == 0) return 0;
    size_t index = (size_t)(share * (double)sample_count);
    return (double)samples[index < sample_count ? index : sample_count - 1] / 1000;
}

/* `count` of the samples were taken within the time `took`. */
static void print_samples(size_t count, int64_t took, long errors) {
    qsort(samples, sample_count, sizeof *samples, by_size);
    printf("{\"count\": %zu, \"errors\": %ld, \"seconds\": %.4f, \"p50_us\": %.2f, \"p99_us\": %.2f}\n", count, errors,
           (double)took / 1e9, microseconds_at(0.5), microseconds_at(0.99));
}

/* Returns 1 when the server has told how many bytes came, 0 when the stream goes on, -1 when it failed. */
static int move(int fd, int up, int ended, uint64_t *bytes) {
    uint64_t told;
    ssize_t count;
    if (!up) count = recv(fd, chunk, CHUNK, MSG_TRUNC);
    else if (ended) count = recv(fd, &told, sizeof told, 0);
    else count = send(fd, chunk, CHUNK, MSG_NOSIGNAL);
    if (blocked(count)) return 0;
    if (count <= 0) return -1;
    if (!up) *bytes += (uint64_t)count;
    if (!up || !ended) return 0;
    *bytes += told;
    return count == sizeof told ? 1 : -1;
}

/*
 * Counts what arrived. Upwards the server tells that, after the last byte: what a forwarder still held when the sender ended is neither
 * forgotten nor free. Downwards the client knows, and goes at once: some forwarders let a word to the server wait for seconds behind the data.
 */
static void stream(const char *direction, struct sockaddr_in address, int streams, double seconds) {
    int up = strcmp(direction, "up") == 0, epoll = epoll_of_its_own(), open = streams;
    int fds[streams];
    long errors = 0;
    uint64_t bytes = 0;
    char purpose = up ? UP : DOWN;
    for (int i = 0; i < streams; i++) {
        fds[i] = connected(&address, &purpose, 1);
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
        watch(epoll, EPOLL_CTL_ADD, fds[i], up ? EPOLLOUT : EPOLLIN);
    }
    /* Not before: connecting takes some forwarders a second and more. */
    int64_t began = now(), end = after(seconds), last = began;
    struct epoll_event events[EVENTS];
    for (int ended = 0; open > 0 && last < end + PATIENCE_NS;) {
        int count = epoll_wait(epoll, events, EVENTS, 10);
        last = now();
        if (!up && last >= end) {
            open = 0;
            break;
        }
        if (!ended && last >= end) {
            ended = 1;
            for (int i = 0; i < streams; i++) {
                struct epoll_event answer = {.events = EPOLLIN, .data.fd = fds[i]};
                if (shutdown(fds[i], SHUT_WR) == 0) epoll_ctl(epoll, EPOLL_CTL_MOD, fds[i], &answer);
            }
            continue; /* these events were of before */
        }
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd, result = move(fd, up, ended, &bytes);
            if (result == 0) continue;
            errors += result < 0;
            epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
            open--;
        }
    }
    printf("{\"bytes\": %llu, \"errors\": %ld, \"seconds\": %.4f}\n", (unsigned long long)bytes, errors + open, (double)(last - began) / 1e9);
}

/* Begins an exchange. The handshake on loopback is over when connect returns, so the byte can mostly be sent at once. */
static void begin_exchange(int epoll, const struct sockaddr_in *address) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || fd >= DESCRIPTORS) die("socket");
    connections[fd] = (struct connection){.since = now()};
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 && errno != EINPROGRESS) die("connect");
    char purpose = ONE;
    int sent = send(fd, &purpose, 1, MSG_NOSIGNAL) == 1;
    connections[fd].purpose = sent ? ONE : 0;
    watch(epoll, EPOLL_CTL_ADD, fd, sent ? EPOLLIN : EPOLLOUT);
}

/* Returns 1 when the exchange is complete, 0 when it goes on, -1 when it failed. */
static int go_on(int epoll, int fd) {
    struct connection *connection = &connections[fd];
    if (!connection->purpose) {
        char purpose = ONE;
        if (send(fd, &purpose, 1, MSG_NOSIGNAL) != 1) return errno == EAGAIN ? 0 : -1;
        connection->purpose = ONE;
        watch(epoll, EPOLL_CTL_MOD, fd, EPOLLIN);
        return 0;
    }
    char answer[8];
    ssize_t count;
    while ((count = recv(fd, answer, sizeof answer, 0)) > 0) connection->bytes += (uint64_t)count;
    if (blocked(count)) return 0;
    return count == 0 && connection->bytes == 1 ? 1 : -1;
}

static void rate(struct sockaddr_in address, int clients, double seconds) {
    int epoll = epoll_of_its_own();
    long errors = 0;
    int64_t began = now(), end = after(seconds), time;
    for (int i = 0; i < clients; i++) begin_exchange(epoll, &address);
    struct epoll_event events[EVENTS];
    int open = clients;
    size_t in_time = 0;
    /* What is under way at the end is seen to its end, lest an exchange that hangs be counted nowhere. */
    while (open > 0 && (time = now()) < end + HANGS_NS) {
        int count = epoll_wait(epoll, events, EVENTS, 100);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd, result = go_on(epoll, fd);
            if (result == 0) continue;
            time = now();
            int64_t took = time - connections[fd].since;
            if (result > 0) sample(took);
            if (result < 0 || took > HANGS_NS) errors++;
            close(fd);
            if (time < end) {
                in_time = sample_count;
                begin_exchange(epoll, &address);
            } else {
                open--;
            }
        }
    }
    print_samples(in_time, end - began, errors + open);
}

static void rtt(struct sockaddr_in address, double seconds) {
    char byte = ECHO;
    int fd = connected(&address, &byte, 1);
    int64_t began = now(), end = after(seconds), before = began;
    while (before < end) {
        if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1 || recv(fd, &byte, 1, 0) != 1) die("echo");
        int64_t time = now();
        sample(time - before);
        before = time;
    }
    print_samples(sample_count, before - began, 0);
}

static struct counters ask_counters(const struct sockaddr_in *address) {
    char purpose = COUNT;
    struct counters counters;
    int fd = connected(address, &purpose, 1);
    if (recv(fd, &counters, sizeof counters, MSG_WAITALL) != sizeof counters) die("no answer to the question for the counters");
    close(fd);
    return counters;
}

static void udp(struct sockaddr_in address, int bytes, double mbits, double seconds) {
    static char datagrams[BATCH][DATAGRAM];
    struct iovec parts[BATCH];
    struct mmsghdr messages[BATCH] = {0};
    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){datagrams[i], (size_t)bytes};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    prctl(PR_SET_TIMERSLACK, 1); /* ns; the default of 50 us would make bursts of the pauses */
    ask_counters(&address);

    int64_t interval = (int64_t)(BATCH * bytes * 8 * 1000.0 / mbits);
    int64_t began = now(), end = after(seconds), next = began;
    uint64_t sent = 0;
    for (int64_t time = began; time < end; time = now()) {
        if (time < next) {
            struct timespec until = {.tv_sec = next / 1000000000, .tv_nsec = next % 1000000000};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        }
        for (int i = 0; i < BATCH; i++) memcpy(datagrams[i], &(uint64_t){sent + (uint64_t)i}, sizeof sent);
        int count = sendmmsg(fd, messages, BATCH, 0);
        if (count < 0 && errno != ECONNREFUSED && errno != ENOBUFS) die("sendmmsg");
        sent += count > 0 ? (uint64_t)count : 0;
        /* When the processors are busy elsewhere, the offer shrinks; it is not made up for by a burst. */
        next = next + interval > time - 4 * interval ? next + interval : time;
    }
    double took = (double)(now() - began) / 1e9;
    usleep(300 * 1000); /* for what is under way */
    struct counters counters = ask_counters(&address);
    printf("{\"sent\": %llu, \"received\": %llu, \"late\": %llu, \"seconds\": %.4f}\n", (unsigned long long)sent,
           (unsigned long long)counters.received, (unsigned long long)counters.late, took);
}

static void hold(struct sockaddr_in address, int count) {
    for (int i = 0; i < count; i++) {
        char answer;
        /* A byte back: the far end is there, too. */
        if (recv(connected(&address, "ex", 2), &answer, 1, 0) != 1) die("connection %d", i);
    }
    printf("{\"held\": %d}\n", count);
    fflush(stdout);
    while (getchar() != EOF) continue;
}

int main(int argc, char **argv) {
    const char *mode = argc > 1 ? argv[1] : "";
    if (!strcmp(mode, "serve") && argc == 3) serve(argv[2]);
    else if (!strcmp(mode, "stream") && argc == 7) stream(argv[2], address_of(argv[3], argv[4]), atoi(argv[5]), atof(argv[6]));
    else if (!strcmp(mode, "rate") && argc == 6) rate(address_of(argv[2], argv[3]), atoi(argv[4]), atof(argv[5]));
    else if (!strcmp(mode, "rtt") && argc == 5) rtt(address_of(argv[2], argv[3]), atof(argv[4]));
    else if (!strcmp(mode, "udp") && argc == 7) udp(address_of(argv[2], argv[3]), atoi(argv[4]), atof(argv[5]), atof(argv[6]));
    else if (!strcmp(mode, "hold") && argc == 5) hold(address_of(argv[2], argv[3]), atoi(argv[4]));
    else {
        errno = EINVAL;
        die("see the head of load.c for what can be asked");
    }
    return 0;
}
