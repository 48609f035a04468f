"""A client for tests: client.py tcp|udp ADDRESS PORT echo SIZE | peer | answer | refused.

echo sends SIZE random bytes, closes its half of a stream, expects them back and the end, and prints "same"; peer prints the
answer to one byte; answer prints "answered" or, after a second, "silence"; refused prints "refused" or "connected". The
others give up after 10 s.
"""

import hashlib
import os
import socket
import sys
import threading

kind, address, port, what = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
client = socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
client.settimeout(1 if what == "answer" else 10)
try:
    client.connect((address, port))
except ConnectionRefusedError:
    if what != "refused":
        raise
    print("refused")
    sys.exit()

if what == "refused":
    print("connected")
    sys.exit()

if what == "answer":
    client.send(b"x")
    try:
        client.recv(1)
        print("answered")
    except TimeoutError:
        print("silence")
    sys.exit()

sent = os.urandom(int(sys.argv[5])) if what == "echo" else b"x"


def send():
    client.sendall(sent)
    if kind == "tcp" and what == "echo":
        client.shutdown(socket.SHUT_WR)


sender = threading.Thread(target=send)
sender.start()
got = bytearray()
while True:
    part = client.recv(65536)
    got += part
    if not part or kind == "udp" or what == "peer":
        break
sender.join()

if what == "peer":
    print(got.decode())
elif hashlib.sha256(got).digest() == hashlib.sha256(sent).digest():
    print("same")
else:
    print(f"different: {len(got)} of {len(sent)} bytes")
