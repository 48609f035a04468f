"""A server for tests: target-server.py http|tcp|udp|tcp-peer|udp-peer|udp-source ADDRESS PORT [BODY]. Prints "ready" once it listens.

tcp and udp send back what they get; tcp-peer and udp-peer the address that they see the client by; udp-source
its port, too.
"""

import http.server
import socket
import socketserver
import sys


class TcpEcho(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while data := self.request.recv(65536):
                self.request.sendall(data)
        except (ConnectionResetError, BrokenPipeError):
            pass  # a test may end its connection as it likes


class UdpEcho(socketserver.BaseRequestHandler):
    def handle(self):
        data, server = self.request
        server.sendto(data, self.client_address)


class TcpPeer(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(65536)
        self.request.sendall(self.client_address[0].encode())


class UdpPeer(socketserver.BaseRequestHandler):
    def handle(self):
        self.request[1].sendto(self.client_address[0].encode(), self.client_address)


class UdpSource(socketserver.BaseRequestHandler):
    def handle(self):
        self.request[1].sendto("{}:{}".format(*self.client_address).encode(), self.client_address)


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = sys.argv[4].encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *ignored):
        pass


class TcpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024


class UdpServer(socketserver.UDPServer):
    max_packet_size = 65535


kind, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
base, handler = {
    "http": (TcpServer, Page),
    "tcp": (TcpServer, TcpEcho),
    "udp": (UdpServer, UdpEcho),
    "tcp-peer": (TcpServer, TcpPeer),
    "udp-peer": (UdpServer, UdpPeer),
    "udp-source": (UdpServer, UdpSource),
}[kind]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
server_class = type("Server", (base,), {"address_family": family})

with server_class((address, port), handler) as server:
    print("ready", flush=True)
    server.serve_forever()
