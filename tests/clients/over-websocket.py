# SPDX-License-Identifier: ISC
"""Clients of TCP at a node's WebSocket, so that suites for the one run over the
other: over-websocket.py PORT WSPORT SCHEME [CERTIFICATE KEY]. STARTTLS and
direct TLS are ended here; what comes back is as TCP would have it."""
import asyncio
import re
import ssl
import struct
import sys

from websocket import CLOSE, FRAMING, PING, PONG, TEXT, frame, request

PORT, WSPORT, SCHEME = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
TLS = "urn:ietf:params:xml:ns:xmpp-tls"
STREAM = "http://etherx.jabber.org/streams"
TAG = re.compile(
    rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>|</[^>]*>|"
    rb"<(?![?!])(?:[^>\"']|\"[^\"]*\"|'[^']*')*>|<![^-\[][^>]*>", re.S)
OWN = re.compile(r'^(<[^ />]+) xmlns="jabber:client"')
OPEN = re.compile(r'^<open xmlns="[^"]*"(.*)/>$', re.S)

context = None
if len(sys.argv) > 4:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[4], sys.argv[5])
unverified = ssl.create_default_context()
unverified.check_hostname = False
unverified.verify_mode = ssl.CERT_NONE


class Client:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.up = self.task = None
        self.text, self.depth, self.begin, self.at = b"", 0, 0, 0
        self.secured = False

    async def secure(self):
        await self.writer.start_tls(context)
        self.secured = True
        self.text, self.depth, self.begin, self.at = b"", 0, 0, 0

    async def connect(self):
        """The WebSocket; a stream that begins anew, as under TLS, has one."""
        if self.task:
            self.task.cancel()
            self.up.close()
        down, self.up = await asyncio.open_connection(
            "127.0.0.1", WSPORT, ssl=unverified if SCHEME == "wss" else None)
        self.up.write(request())
        await down.readuntil(b"\r\n\r\n")
        self.task = asyncio.create_task(self.pass_down(down))

    async def pass_down(self, down):
        try:
            while True:
                first, n = await down.readexactly(2)
                if n == 126:
                    n, = struct.unpack("!H", await down.readexactly(2))
                elif n == 127:
                    n, = struct.unpack("!Q", await down.readexactly(8))
                payload = await down.readexactly(n)
                if first & 15 == TEXT:
                    self.writer.write(self.as_tcp(payload.decode()).encode())
                    await self.writer.drain()
                elif first & 15 == PING:
                    self.up.write(frame(PONG, payload))
                elif first & 15 == CLOSE:
                    break
        except (asyncio.IncompleteReadError, OSError):
            pass
        self.writer.close()

    def as_tcp(self, text):
        opened = OPEN.match(text)
        if opened:
            return ("<?xml version='1.0'?><stream:stream "
                    f'xmlns="jabber:client" xmlns:stream="{STREAM}"'
                    f"{opened[1]}>")
        if text == f'<close xmlns="{FRAMING}"/>':
            return "</stream:stream>"
        text = text.replace(f' xmlns:stream="{STREAM}"', "", 1) \
            if text.startswith("<stream:error ") else OWN.sub(r"\1", text)
        if context and not self.secured and \
                text.startswith("<stream:features") and "mechanisms" in text:
            text = text.replace("><", f"><starttls xmlns='{TLS}'/><", 1)
        return text

    def say(self, data):
        self.up.write(frame(TEXT, data))

    async def header(self, tag):
        if not self.up or self.depth == 0:
            await self.connect()
        self.depth = 1
        kept = re.findall(rb"""\s(?:to|from|version|xml:lang)\s*=\s*"""
                          rb"""(?:"[^"]*"|'[^']*')""", tag)
        self.say(f"<open xmlns='{FRAMING}'".encode() + b"".join(kept) + b"/>")

    async def tag(self, tag, end):
        """A tag of the text, which ends there."""
        if tag.startswith(b"<?xml") and self.depth < 2:
            self.begin = end
        elif tag.startswith(b"<stream:stream") and self.depth < 2:
            await self.header(tag)
            self.begin = end
        elif tag.startswith(b"</") and self.depth == 1:
            self.say(f"<close xmlns='{FRAMING}'/>".encode())
            self.begin = end
        else:
            self.depth += 0 if tag.startswith((b"<!", b"<?")) or \
                tag.endswith(b"/>") else -1 if tag.startswith(b"</") else 1
            if self.depth == 1:
                await self.element(self.text[self.begin:end])
                self.begin = end

    async def element(self, data):
        if context and not self.secured and data.lstrip().startswith(
                b"<starttls"):
            self.writer.write(f"<proceed xmlns='{TLS}'/>".encode())
            await self.secure()
        else:
            self.say(data.lstrip())

    async def take(self, more):
        self.text += more
        while True:
            found = TAG.search(self.text, self.at)
            if not found:
                break
            self.at = found.end()
            await self.tag(found[0], found.end())
        self.text = self.text[self.begin:]
        self.at -= self.begin
        self.begin = 0
        if self.up:
            await self.up.drain()

    async def serve(self):
        try:
            more = await self.reader.read(1)
            if more == b"\x16":
                raise OSError("direct TLS is not spoken here")
            while more:
                await self.take(more)
                more = await self.reader.read(65536)
        except (OSError, ssl.SSLError):
            pass
        if self.up:
            self.up.close()
        self.writer.close()


async def main():
    server = await asyncio.start_server(
        lambda r, w: Client(r, w).serve(), "127.0.0.1", PORT)
    await server.serve_forever()

asyncio.run(main())
