# SPDX-License-Identifier: ISC
"""Streams in random orders: random-orders.py PORT SECONDS SEED [SERVER]

Clients of a node say the elements of XMPP streams in any order, cut at any
byte, go and come back; with SERVER they have a server of their own, at that
port, that answers likewise. Two who behave chat all along: they must stay, and
get all, in order. The policy rejects "forbidden"; received messages that say
"late N" are held for N seconds."""
import base64
import random
import re
import socketserver
import sys
import threading
import time

from xmpp_raw import DOMAIN, HEADER, SM, Raw

PORT, SECONDS = int(sys.argv[1]), float(sys.argv[2])
SEED = int(sys.argv[3]) or random.randrange(1 << 30)
SERVER = int(sys.argv[4]) if len(sys.argv) > 4 else 0
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
SASL2, BIND2 = "urn:xmpp:sasl:2", "urn:xmpp:bind:0"
ends = time.monotonic() + SECONDS
orders = 0


class Wild(socketserver.BaseRequestHandler):
    """A server that keeps to nothing, but to users who are called calm."""
    known, lock, ids = {}, threading.Lock(), ["x"]

    def say(self, text):
        with Wild.lock:
            self.request.sendall(text if isinstance(text, bytes)
                                 else text.encode())

    def features(self):
        inside = (f"<bind xmlns='{BIND}'/><sm xmlns='{SM}'/>" if self.user else
                  f"<mechanisms xmlns='{SASL}'><mechanism>PLAIN</mechanism>"
                  f"</mechanisms><authentication xmlns='{SASL2}'><mechanism>"
                  f"PLAIN</mechanism><inline><bind xmlns='{BIND2}'/></inline>"
                  "</authentication>")
        self.say("<stream:stream xmlns='jabber:client' id='s' version='1.0' "
                 f"from='{DOMAIN}' xmlns:stream='http://etherx.jabber.org/"
                 f"streams'><stream:features>{inside}</stream:features>")

    def oddity(self):
        rnd = self.rnd
        h = rnd.choice([0, 0, 1, 2, 3, self.count, 4294967295, 1 << 40])
        ident = rnd.choice(Wild.ids[-20:])
        own = f"to='{self.jid}' from='calm0@{DOMAIN}/x'"
        word = rnd.choice(["open", "forbidden", "late 0.2", "late 1.5"])
        return rnd.choice([
            f"<enabled xmlns='{SM}'/>", f"<a xmlns='{SM}' h='{h}'/>",
            f"<enabled xmlns='{SM}' id='{ident}' resume='true' max='5'/>",
            f"<failed xmlns='{SM}'><item-not-found/></failed>",
            f"<resumed xmlns='{SM}' previd='{ident}' h='{h}'/>",
            f"<r xmlns='{SM}'/>", f"<iq type='result' id='{ident}' "
            f"from='{DOMAIN}'/>", f"<iq type='error' id='{ident}' {own}/>",
            f"<message {own}><body>{word}</body></message>" * 3,
            f"<message {own} type='error'><body>{word}</body></message>",
            f"<presence {own}/>", "<stream:features/>", " ",
            f"<success xmlns='{SASL}'/>", "<message><x></message>",
            f"<message {own}><p:x/></message>", b"<message>\xff</message>",
            "<stream:error><reset xmlns='urn:ietf:params:xml:ns:"
            "xmpp-streams'/></stream:error>", "</stream:stream>"])

    def honest(self, found):
        to = re.search(r" to=\"([^\"]*)\"", found.group(0))
        other = Wild.known.get(to.group(1)) if to else None
        if other:
            other.say(found.group(0))

    def bound(self, ident):
        self.jid = f"{self.user}@{DOMAIN}/r"
        Wild.known[self.jid] = self
        self.say(f"<iq type='result' id='{ident}'><bind xmlns='{BIND}'><jid>"
                 f"{self.jid}</jid></bind></iq>")

    def take(self, found):
        text, name = found.group(0), found.group(1)
        self.count += name in ("message", "iq", "presence")
        Wild.ids += re.findall(r"id=\"([^\"]+)\"", text)[:1]
        if name == "stream:stream":
            self.features()
        elif name in ("auth", "authenticate"):
            word = re.search(r">([A-Za-z0-9+/]+=*)<", text)
            self.user = base64.b64decode(word.group(1)).split(b"\0")[1].decode()
            self.say(f"<success xmlns='{SASL}'/>" if name == "auth" else
                     f"<success xmlns='{SASL2}'><authorization-identifier>"
                     f"{self.user}@{DOMAIN}/r</authorization-identifier>"
                     f"<bound xmlns='{BIND2}'/></success>")
        elif BIND in text:
            self.bound(re.search(r" id=\"([^\"]*)\"", text).group(1))
        elif self.user.startswith("calm"):
            self.honest(found)
        else:
            self.answer(name, text)

    def answer(self, name, text):
        rnd = self.rnd
        ident = rnd.choice(["sm1", "sm2", f"sm{rnd.random()}"])
        Wild.ids.append(ident)
        if name == "enable" and rnd.random() < 0.8:
            self.count = 0
            self.say(f"<enabled xmlns='{SM}' id='{ident}' resume='1'/>")
        elif name == "r" and rnd.random() < 0.9:
            self.say(f"<a xmlns='{SM}' h='{self.count}'/>")
        elif name == "resume" and rnd.random() < 0.8:
            previd = re.search(r"previd=\"([^\"]*)\"", text).group(1)
            self.say(f"<resumed xmlns='{SM}' previd='{previd}' h='0'/>")
        elif "<ping" in text and rnd.random() < 0.9:
            self.say(f"<iq type='result' from='{DOMAIN}' id='"
                     f"{Wild.ids[-2]}'/>")
        for _ in range(rnd.randrange(3)):
            if rnd.random() < 0.3:
                self.say(self.oddity())
        if rnd.random() < 0.01:
            self.request.close()

    def setup(self):
        self.user, self.jid, self.count = "", f"x@{DOMAIN}/r", 0
        self.rnd = random.Random(SEED + len(Wild.ids))

    def handle(self):
        text = ""
        pattern = re.compile(
            r"<(stream:stream)\b[^>]*>|<([a-z:]+)\b[^>]*?(?:/>|>.*?</\2>)",
            re.S)
        try:
            while more := self.request.recv(65536).decode(errors="replace"):
                text += more
                while found := pattern.search(text):
                    text = text[found.end():]
                    if found.group(1) is None:
                        found = re.match(r"<([a-z:]+).*", found.group(0), re.S)
                    self.take(found)
        except OSError:
            pass


class Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


def elements(rnd, user, sm_ids):
    """What a client says, in an order that is anybody's."""
    to = rnd.choice([f"{u}@{DOMAIN}/r" for u in ("wild0", "wild1", "wild2")])
    h = rnd.choice([0, 1, 2, 3, 4, 7, 4294967295])
    word = rnd.choice(["open", "forbidden", "late 0.1", "late 1.5"])
    ident = rnd.choice(sm_ids[-5:] + ["none"])
    if rnd.random() < 0.5:
        # What has to do with what is held and refused at that time.
        own = f"<message to='{user}@{DOMAIN}/r' type='chat' id='o'><body>"
        return rnd.choice([
            f"<enable xmlns='{SM}'/>", f"<enable xmlns='{SM}'/>",
            own + "forbidden</body></message>",
            own + "forbidden</body></message>",
            (own + "late 0.05</body></message>") * 5, f"<r xmlns='{SM}'/>"])
    return rnd.choice([
        f"<enable xmlns='{SM}'/>", f"<enable xmlns='{SM}' resume='true'/>",
        f"<enable xmlns='{SM}' resume='true'/>",
        f"<resume xmlns='{SM}' previd='{ident}' h='{h}'/>",
        f"<r xmlns='{SM}'/>", f"<a xmlns='{SM}' h='{h}'/>",
        (f"<message to='{to}' type='chat' id='m{h}'><body>{word}</body>"
         "</message>") * rnd.randrange(1, 4),
        f"<message to='{to}' type='error'><body>{word}</body></message>",
        f"<iq type='get' id='p' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/>"
        "</iq>", f"<iq type='result' id='q' to='{to}'><x xmlns='u:x'>{word}"
        "</x></iq>", f"<presence to='{to}'/>", "<presence/>", " ",
        f"<iq type='set' id='b2'><bind xmlns='{BIND}'/></iq>",
        "<active xmlns='urn:xmpp:csi:0'/>", "<inactive xmlns='urn:xmpp:csi:0'/>",
        "<message><x a='1' a='2'/></message>" if rnd.random() < 0.1 else " ",
        f"<message to='{to}'>" + "<x>" * 125 + "</x>" * 125 + "</message>",
        "</stream:stream>"
        if rnd.random() < 0.3 else " ", HEADER if rnd.random() < 0.1 else " "])


def pieces(client, rnd, text):
    data = text.encode()
    while data:
        n = rnd.choice([len(data), len(data), rnd.randrange(1, 200)])
        client.send(data[:n])
        data = data[n:]
        if rnd.random() < 0.1:
            client.read(0.001)


def login(rnd, user, sm_ids):
    c = Raw(PORT, tls=False)
    word = base64.b64encode(f"\0{user}\0pw".encode()).decode()
    if SERVER and rnd.random() < 0.3:
        c.send(HEADER)
        c.expect("</stream:features>", 5)
        pieces(c, rnd, f"<authenticate xmlns='{SASL2}' mechanism='PLAIN'>"
               f"<initial-response>{word}</initial-response><bind xmlns="
               f"'{BIND2}'/></authenticate>")
        c.expect("</success>", 5)
        return c
    c.auth(user)
    if rnd.random() < 0.3 and sm_ids:
        pieces(c, rnd, f"<resume xmlns='{SM}' previd='{sm_ids[-1]}' "
               f"h='{rnd.randrange(5)}'/>" + elements(rnd, user, sm_ids))
        c.read(0.05)
        if "<resumed" in c.text:
            return c
    if rnd.random() < 0.95:
        pieces(c, rnd, f"<iq type='set' id='b'><bind xmlns='{BIND}'>"
               "<resource>r</resource></bind></iq>")
    return c


def wild(n):
    global orders
    rnd, sm_ids, user = random.Random(SEED * 10 + n), ["none"], f"wild{n}"
    while time.monotonic() < ends:
        c = None
        try:
            c = login(rnd, user, sm_ids)
            for _ in range(rnd.randrange(1, 25)):
                pieces(c, rnd, "".join(elements(rnd, user, sm_ids)
                                       for _ in range(rnd.randrange(1, 5))))
                orders += 1
                if not c.read(rnd.choice([0, 0.001, 0.02, 0.2])):
                    break
                sm_ids += re.findall("<enabled [^>]* id=[\"']([^\"']*)",
                                     c.text)
                c.text = c.text[-300:]
                c.log = ""
        except (AssertionError, OSError):
            pass
        if c:
            c.cut()


def calm():
    """They behave, and must not notice anything."""
    def enter(n):
        c = Raw(PORT, tls=False)
        c.auth(f"calm{n}")
        c.bind("r")
        return c
    a, b = enter(0), enter(1)
    if not SERVER:
        for c in a, b:
            c.send("<presence/>")
    count = 0
    while time.monotonic() < ends:
        count += 1
        a.chat(b.jid, f"calm {count}.")
        b.expect(f"<body>calm {count}\\.</body>", 30)
        b.chat(a.jid, f"back {count}.")
        a.expect(f"<body>back {count}\\.</body>", 30)
        a.log = b.log = ""
    return count


print("seed", SEED, flush=True)
if SERVER:
    wild_server = Threads(("127.0.0.1", SERVER), Wild)
    threading.Thread(target=wild_server.serve_forever, daemon=True).start()
threads = [threading.Thread(target=wild, args=(n,), daemon=True)
           for n in range(3)]
for t in threads:
    t.start()
talked = calm()
for t in threads:
    t.join(60)
print(f"{orders} orders, {talked} times to and fro")
