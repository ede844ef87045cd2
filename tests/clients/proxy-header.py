# SPDX-License-Identifier: ISC
"""Before a server: take the PROXY header that must come first, print it as one
line, and pass on what follows. usage: proxy-header.py PORT SERVER"""
import socket
import struct
import sys
import threading

V2 = b"\r\n\r\n\0\r\nQUIT\n"


def exactly(c, n):
    got = b""
    while len(got) < n:
        more = c.recv(n - len(got))
        if not more:
            raise EOFError
        got += more
    return got


def header(c):
    start = exactly(c, 12)
    if start != V2:
        while not start.endswith(b"\r\n"):
            start += exactly(c, 1)
        return "v1 " + start.decode().strip()
    version, family, length = struct.unpack("!BBH", exactly(c, 4))
    body = exactly(c, length)
    width = {0x11: 4, 0x21: 16}[family]
    kind = socket.AF_INET if width == 4 else socket.AF_INET6
    ends = [socket.inet_ntop(kind, body[i * width:(i + 1) * width])
            for i in (0, 1)]
    ports = struct.unpack("!HH", body[2 * width:2 * width + 4])
    return f"v2 {version:x} {ends[0]} {ends[1]} {ports[0]} {ports[1]}"


def pump(a, b):
    try:
        while more := a.recv(65536):
            b.sendall(more)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(c):
    print(header(c), flush=True)
    s = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
    threading.Thread(target=pump, args=(s, c), daemon=True).start()
    pump(c, s)


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],),
                     daemon=True).start()
