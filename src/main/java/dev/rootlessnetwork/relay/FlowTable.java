package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Flows by their clients and the addresses that these write to. Looking one up allocates nothing. All flows of a client are in one
 * bucket, whatever they write to, so that they can be found by the client alone.
 */
final class FlowTable {
    private static final int SMALLEST = 16;
    /** Other for each process, so that nobody can choose addresses that fall into one bucket. */
    private static final long SEED = new SplittableRandom().nextLong() | 1;

    private @Nullable UdpFlow[] buckets = new @Nullable UdpFlow[SMALLEST];
    private int size;

    int size() {
        return size;
    }

    @Nullable
    UdpFlow find(SocketAddress client, long localHigh, long localLow) {
        for (UdpFlow flow = buckets[bucket(client)]; flow != null; flow = flow.nextInBucket) {
            if (flow.isOf(client, localHigh, localLow)) {
                return flow;
            }
        }
        return null;
    }

    /** Those of a client. */
    List<UdpFlow> of(SocketAddress client) {
        List<UdpFlow> found = new ArrayList<>();
        for (UdpFlow flow = buckets[bucket(client)]; flow != null; flow = flow.nextInBucket) {
            if (flow.client().isSame(client)) {
                found.add(flow);
            }
        }
        return found;
    }

    List<UdpFlow> all() {
        List<UdpFlow> found = new ArrayList<>(size);
        for (UdpFlow head : buckets) {
            for (UdpFlow flow = head; flow != null; flow = flow.nextInBucket) {
                found.add(flow);
            }
        }
        return found;
    }

    void add(UdpFlow flow) {
        if (size == buckets.length) {
            List<UdpFlow> all = all();
            buckets = new @Nullable UdpFlow[2 * size];
            all.forEach(this::link);
        }
        link(flow);
        size++;
    }

    private void link(UdpFlow flow) {
        int bucket = bucket(flow.client());
        flow.nextInBucket = buckets[bucket];
        buckets[bucket] = flow;
    }

    void remove(UdpFlow flow) {
        int bucket = bucket(flow.client());
        UdpFlow before = buckets[bucket];
        if (before == flow) {
            buckets[bucket] = flow.nextInBucket;
            size--;
            return;
        }
        while (before != null && before.nextInBucket != flow) {
            before = before.nextInBucket;
        }
        if (before != null) {
            before.nextInBucket = flow.nextInBucket;
            size--;
        }
    }

    private int bucket(SocketAddress client) {
        return (int) (mix(mix(mix(client.low()) + client.high()) + client.port()) >>> Integer.SIZE)
                & (buckets.length - 1);
    }

    /** One round of the finalizer of MurmurHash3, with our own multiplier. */
    private static long mix(long number) {
        long product = (number ^ (number >>> 33)) * SEED;
        return product ^ (product >>> 29);
    }
}
