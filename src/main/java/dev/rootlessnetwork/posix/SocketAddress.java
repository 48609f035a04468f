package dev.rootlessnetwork.posix;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * An IPv4 or IPv6 address with a port, in native memory and meant for reuse, so that calls per connection or per packet need no
 * object. Not thread-safe while it is being changed.
 */
public final class SocketAddress {
    /** struct sockaddr_in6, the larger one; see ip(7) and ipv6(7). */
    static final int SIZE = 28;
    /** Behind it the length, for calls that fill an address in. */
    private static final int LENGTH = SIZE;

    static final short AF_INET = 2;
    static final short AF_INET6 = 10;
    private static final int IN_SIZE = 16;
    private static final int PORT = 2;
    private static final int IN_ADDRESS = 4;
    private static final int IN6_ADDRESS = 8;
    private static final int IN6_SCOPE = 24;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private final Pointer memory;

    private SocketAddress(Pointer memory) {
        this.memory = memory;
    }

    /** One that holds nothing yet. */
    public static SocketAddress empty() {
        return new SocketAddress(Memory.allocateDirect(LibC.RUNTIME, SIZE + Integer.BYTES, true));
    }

    /** @param port 0 to 65535 */
    public static SocketAddress of(InetAddress address, int port) {
        SocketAddress made = empty();
        byte[] bytes = address.getAddress();
        boolean ipv4 = address instanceof Inet4Address;
        made.memory.putShort(0, ipv4 ? AF_INET : AF_INET6);
        made.memory.put(ipv4 ? IN_ADDRESS : IN6_ADDRESS, bytes, 0, bytes.length);
        made.setPort(port);
        return made;
    }

    /** A view of memory of at least {@link #SIZE} bytes that belongs to others. */
    static SocketAddress at(Pointer memory) {
        return new SocketAddress(memory);
    }

    long pointer() {
        return memory.address();
    }

    /** Where the kernel finds the room that there is, and tells the length; only of those that {@link #empty} made. */
    long lengthPointer() {
        memory.putInt(LENGTH, SIZE);
        return memory.address() + LENGTH;
    }

    short family() {
        return memory.getShort(0);
    }

    int length() {
        return isIpv4() ? IN_SIZE : SIZE;
    }

    /** Becomes equal to another. */
    public void set(SocketAddress other) {
        for (int i = 0; i < SIZE; i += Integer.BYTES) {
            memory.putInt(i, other.memory.getInt(i));
        }
    }

    /** 0 to 65535. */
    public int port() {
        return ((memory.getByte(PORT) & 0xff) << 8) | (memory.getByte(PORT + 1) & 0xff);
    }

    public void setPort(int port) {
        memory.putByte(PORT, (byte) (port >> 8));
        memory.putByte(PORT + 1, (byte) port);
    }

    public boolean isIpv4() {
        return family() == AF_INET;
    }

    /** The first half of the address, as an opaque number: 0 for IPv4. */
    public long high() {
        return isIpv4() ? 0 : memory.getLong(IN6_ADDRESS);
    }

    /** The second half of an IPv6 address, or the whole of one of IPv4, as an opaque number. */
    public long low() {
        return isIpv4() ? memory.getInt(IN_ADDRESS) & 0xffffffffL : memory.getLong(IN6_ADDRESS + Long.BYTES);
    }

    /** Whether both are the same address, whatever the ports. */
    public boolean sameAddress(SocketAddress other) {
        return family() == other.family() && high() == other.high() && low() == other.low();
    }

    /** Whether both are the same address and port, of the same interface where that matters. */
    public boolean isSame(SocketAddress other) {
        return port() == other.port() && sameAddress(other) && scope() == other.scope();
    }

    /** The interface that an IPv6 address is one of, where it is link-local; else 0. */
    public int scope() {
        return isIpv4() ? 0 : memory.getInt(IN6_SCOPE);
    }

    /** Makes an IPv6 address one of an interface. */
    public void setScope(int interfaceIndex) {
        memory.putInt(IN6_SCOPE, interfaceIndex);
    }

    /** Whether no packet from here ever came from another host: 127.0.0.0/8 and ::1. */
    public boolean isLoopback() {
        return isIpv4() ? memory.getByte(IN_ADDRESS) == 127 : high() == 0 && low() == networkOrder(1);
    }

    /** Whether the address means nothing without its interface: fe80::/10. */
    public boolean isIpv6LinkLocal() {
        return !isIpv4()
                && memory.getByte(IN6_ADDRESS) == (byte) 0xfe
                && (memory.getByte(IN6_ADDRESS + 1) & 0xc0) == 0x80;
    }

    /** Becomes the IPv4 address that it stands for, if it is one mapped into IPv6, as a socket of both families shows it. */
    public void unmap() {
        if (!isIpv4() && high() == 0 && memory.getInt(IN6_ADDRESS + Long.BYTES) == mappedPrefix()) {
            int ipv4 = memory.getInt(IN6_ADDRESS + IPV6_BYTES - IPV4_BYTES);
            memory.putShort(0, AF_INET);
            memory.putInt(IN_ADDRESS, ipv4);
            memory.putLong(IN6_ADDRESS, 0);
        }
    }

    /** Becomes the IPv6 address by which a socket of both families knows it, if it is one of IPv4. */
    void map() {
        if (isIpv4()) {
            int ipv4 = memory.getInt(IN_ADDRESS);
            memory.putShort(0, AF_INET6);
            memory.putInt(IN_ADDRESS, 0);
            memory.putLong(IN6_ADDRESS, 0);
            memory.putInt(IN6_ADDRESS + Long.BYTES, mappedPrefix());
            memory.putInt(IN6_ADDRESS + IPV6_BYTES - IPV4_BYTES, ipv4);
            memory.putInt(IN6_SCOPE, 0);
        }
    }

    private static int mappedPrefix() {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0xffff0000 : 0x0000ffff;
    }

    private static long networkOrder(long number) {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Long.reverseBytes(number) : number;
    }

    /** The address alone. */
    public InetAddress address() {
        byte[] bytes = new byte[isIpv4() ? IPV4_BYTES : IPV6_BYTES];
        memory.get(isIpv4() ? IN_ADDRESS : IN6_ADDRESS, bytes, 0, bytes.length);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    @Override
    public String toString() {
        String text = address().getHostAddress();
        return (isIpv4() ? text : "[" + text + "]") + ":" + port();
    }
}
