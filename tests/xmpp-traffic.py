# SPDX-License-Identifier: ISC
"""Traffic that is accounted for: xmpp-traffic.py PORT PAIRS SECONDS RATE

Pairs of clients send each other numbered messages. At the end every message
must have been received once, in order, or have come back as an error; what
did neither is said, and the exit status is 1.
"""
import asyncio
import base64
import re
import ssl
import sys
import time

from xmpp_raw import DOMAIN, HEADER

PORT, PAIRS, SECONDS, RATE = (int(x) for x in sys.argv[1:5])
QUIET = float(sys.argv[5]) if len(sys.argv) > 5 else 15


class Client:
    def __init__(self, user):
        self.user = user
        self.text = ""
        self.got, self.errors, self.sent = [], {}, 0

    async def expect(self, pattern):
        while True:
            found = re.search(pattern, self.text, re.S)
            if found:
                self.text = self.text[found.end():]
                return found
            more = await asyncio.wait_for(self.reader.read(65536), 20)
            assert more, f"{self.user}: closed: {self.text}"
            self.text += more.decode()

    def write(self, text):
        self.writer.write(text.encode())

    async def login(self):
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", PORT)
        self.write(HEADER)
        await self.expect("</stream:features>")
        self.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        await self.expect("<proceed[^>]*>")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        await self.writer.start_tls(context, server_hostname=DOMAIN)
        self.write(HEADER)
        await self.expect("</stream:features>")
        word = base64.b64encode(f"\0{self.user}\0pw".encode()).decode()
        self.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                   f"mechanism='PLAIN'>{word}</auth>")
        await self.expect("<success[^>]*>")
        self.write(HEADER)
        await self.expect("</stream:features>")
        self.write("<iq type='set' id='b'><bind xmlns="
                   "'urn:ietf:params:xml:ns:xmpp-bind'>"
                   "<resource>t</resource></bind></iq>")
        await self.expect("<jid>[^<]*</jid>.*?</iq>")
        self.write("<presence/>")
        await self.expect("<presence[^>]*>")

    async def listen(self):
        while True:
            more = await self.reader.read(65536)
            if not more:
                self.closed = time.monotonic()
                return
            self.text += more.decode()
            done = 0
            for m in re.finditer("<message([^>]*)>(.*?)</message>",
                                 self.text, re.S):
                done = m.end()
                if 'type="error"' in m.group(1) or \
                        "type='error'" in m.group(1):
                    ident = re.search("id=[\"']([^\"']*)", m.group(1))
                    self.errors[int(ident.group(1))] = m.group(2)
                else:
                    body = re.search("<body>n(\\d+)<", m.group(2))
                    if body:
                        self.got.append(int(body.group(1)))
            self.text = self.text[done:]

    async def talk(self, to, until):
        while time.monotonic() < until:
            self.write(f"<message to='{to}@{DOMAIN}/t' type='chat' "
                       f"id='{self.sent}'><body>n{self.sent}</body>"
                       "</message>")
            self.sent += 1
            await asyncio.sleep(1 / RATE)


async def main():
    clients = [Client(f"u{i}") for i in range(2 * PAIRS)]
    for c in clients:
        await c.login()
    print("logged in", flush=True)
    listeners = [asyncio.create_task(c.listen()) for c in clients]
    until = time.monotonic() + SECONDS
    await asyncio.gather(*(c.talk(clients[i ^ 1].user, until)
                           for i, c in enumerate(clients)))
    quiet = time.monotonic() + QUIET

    def missing(i):
        c, peer = clients[i], clients[i ^ 1]
        return set(range(c.sent)) - set(peer.got) - set(c.errors)

    while time.monotonic() < quiet and any(
            missing(i) for i in range(len(clients))):
        await asyncio.sleep(0.1)
    sent = sum(c.sent for c in clients)
    got = sum(len(c.got) for c in clients)
    errors = sum(len(c.errors) for c in clients)
    lost = sum(len(missing(i)) for i in range(len(clients)))
    twice = sum(len(c.got) - len(set(c.got)) for c in clients)
    both = sum(len(set(clients[i ^ 1].got) & set(c.errors))
               for i, c in enumerate(clients))
    order = sum(c.got != sorted(c.got) for c in clients)
    print(f"sent {sent} received {got} errors {errors} lost {lost} "
          f"twice {twice} both {both} disordered {order}")
    for t in listeners:
        t.cancel()
    sys.exit(1 if lost or twice or both or order else 0)


asyncio.run(main())
