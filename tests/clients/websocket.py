# SPDX-License-Identifier: ISC
"""A raw WebSocket client (RFC 6455), for what no library would send."""
import base64
import os
import socket
import ssl
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"


def frame(opcode, payload=b"", fin=True, mask=True, rsv=0, length=None):
    """One frame; length: the form of the length, 7, 16 or 64 bits."""
    n = len(payload)
    out = bytes([fin << 7 | rsv << 4 | opcode])
    length = length or (7 if n < 126 else 16 if n < 65536 else 64)
    if length == 7:
        out += bytes([mask << 7 | n])
    elif length == 16:
        out += bytes([mask << 7 | 126]) + struct.pack("!H", n)
    else:
        out += bytes([mask << 7 | 127]) + struct.pack("!Q", n)
    if not mask:
        return out + payload
    key = os.urandom(4)
    whole = key * (n // 4 + 1)
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(whole[:n], "big")
    return out + key + masked.to_bytes(n, "big")


def request(path="/xmpp-websocket", host="acme.localhost", **fields):
    """The head of a good request; a field of None is left out."""
    all_of = {
        "Host": host, "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Protocol": "xmpp"}
    all_of.update({k.replace("_", "-"): v for k, v in fields.items()})
    lines = [f"{k}: {v}" for k, v in all_of.items() if v is not None]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode()


class Gone(Exception):
    """The connection has ended."""


class WebSocket:
    def __init__(self, port, timeout=20, tls=False):
        self.sock = socket.create_connection(("127.0.0.1", int(port)), timeout)
        if tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.set_alpn_protocols(["http/1.1"])
            self.sock = context.wrap_socket(self.sock)
        self.rest = b""

    def raw(self, data):
        self.sock.sendall(data)

    def fill(self):
        try:
            more = self.sock.recv(65536)
        except ConnectionError:
            more = b""
        if not more:
            raise Gone
        self.rest += more

    def need(self, n):
        while len(self.rest) < n:
            self.fill()
        out, self.rest = self.rest[:n], self.rest[n:]
        return out

    def head(self):
        """The head of an HTTP answer, and its status."""
        while b"\r\n\r\n" not in self.rest:
            self.fill()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode()

    def upgrade(self, data=None):
        self.raw(data or request())
        status, head = self.head()
        assert status == 101, head
        return self

    def recv(self):
        """(opcode, payload) of the next frame, which is whole and unmasked."""
        first, second = self.need(2)
        assert first & 0x70 == 0 and first & 0x80 and second < 128
        n = second
        if n == 126:
            n = struct.unpack("!H", self.need(2))[0]
            assert n > 125
        elif n == 127:
            n = struct.unpack("!Q", self.need(8))[0]
            assert n > 65535
        return first & 15, self.need(n)

    def say(self, text):
        self.raw(frame(TEXT, text.encode()))

    def hear(self):
        """The next text; pings are answered."""
        while True:
            opcode, payload = self.recv()
            if opcode == TEXT:
                return payload.decode()
            if opcode == PING:
                self.raw(frame(PONG, payload))
            if opcode == CLOSE:
                raise Gone

    def open(self, domain="acme.localhost"):
        self.say(f"<open xmlns='{FRAMING}' to='{domain}' version='1.0'/>")
        assert self.hear().startswith("<open "), "no <open/>"

    def ended(self):
        """Whether nothing comes but the end of the connection."""
        try:
            self.fill()
        except Gone:
            return True
        return False
