# SPDX-License-Identifier: ISC
"""Managed clients (XEP-0198) whose connections end all the time:
kills.py PORT SECONDS [cut]: for so long, or until SIGHUP.

Three pairs send each other messages, of which the policy refuses some
("forbidden"). Whoever loses its connection comes back: resumes, or if it may
not, begins anew and sends again what was not acknowledged. What ends the
connections is somebody else, who kills the node at PORT, or with "cut" the
clients themselves, at a server without a node; they never resume then, as after
a killed node. Of what was acknowledged each refused message must have come back
as an error, and each other one have come, unless the server lost it, as servers
do without a node; what came twice is counted, and what the server lost is named
in lines "lost ID"."""
import random
import re
import signal
import sys
import threading
import time

from xmpp_raw import SM, Raw

PORT, SECONDS = int(sys.argv[1]), float(sys.argv[2])
CUT = sys.argv[-1] == "cut"
SEED = 1
ends = time.monotonic() + SECONDS


class Client:
    def __init__(self, user, rnd):
        self.user, self.rnd, self.raw = user, rnd, None
        self.unacked, self.base, self.handled = [], 0, 0
        self.acked, self.got, self.errors = set(), [], set()
        self.words = {}
        self.sm_id, self.jid, self.breaks = None, None, -1

    def connect(self):
        while True:
            try:
                self.raw = Raw(PORT, tls=False)
                self.enter()
                return
            except (AssertionError, OSError):
                self.raw = None
                if time.monotonic() > ends + 60:
                    raise
                threading.Event().wait(0.05)

    def enter(self):
        c = self.raw
        self.breaks += 1
        c.auth(self.user)
        if self.sm_id and not CUT:
            c.send(f"<resume xmlns='{SM}' previd='{self.sm_id}' "
                   f"h='{self.handled}'/>")
            if c.expect("<(resumed|failed)[^>]*(?: h=[\"'](\\d+)[\"'])?[^>]*>",
                        5).group(1) == "resumed":
                h = re.search("<resumed [^>]*h=[\"'](\\d+)", c.log).group(1)
                self.ack(int(h))
                self.again()
                return
        c.bind("k")
        self.jid = c.jid
        c.send(f"<enable xmlns='{SM}' resume='true'/>")
        self.sm_id = c.expect("<enabled [^>]*\\bid=[\"']([^\"']*)[\"'][^>]*>",
                              5).group(1)
        self.base = self.handled = 0
        c.send("<presence/>")
        self.unacked.insert(0, (None, "<presence/>"))
        self.again(1)

    def again(self, first=0):
        for _, text in self.unacked[first:]:
            self.raw.send(text)

    def ack(self, h):
        for ident, _ in self.unacked[:h - self.base]:
            self.acked.add(ident)
        self.unacked = self.unacked[h - self.base:]
        self.base = h

    def take(self):
        text = self.raw.text
        pattern = re.compile(
            r"<(r|a|failed|message|presence|iq)\b[^>]*?(?:/>|>.*?</\1>)", re.S)
        while found := pattern.search(text):
            text = text[found.end():]
            name, whole = found.group(1), found.group(0)
            if name == "r":
                self.raw.send(f"<a xmlns='{SM}' h='{self.handled}'/>")
            elif name == "a":
                self.ack(int(re.search("h=[\"'](\\d+)", whole).group(1)))
            elif name != "failed":
                self.handled += 1
                self.read(whole)
        self.raw.text = text

    def read(self, whole):
        ident = re.match("<message [^>]*?id=[\"']([^\"']*)", whole)
        body = re.search("<body>\\w+ (\\S+)</body>", whole)
        if re.match("<message [^>]*type=[\"']error", whole) and ident:
            self.errors.add(ident.group(1))
        elif body:
            self.got.append(body.group(1))

    def pump(self, wait):
        if not self.raw.read(wait):
            raise OSError("closed")
        self.take()

    def send(self, to, n):
        word = "forbidden" if self.rnd.random() < 0.3 else "open"
        ident = f"{self.user}.{n}"
        self.words[ident] = word
        text = (f"<message to='{to}' type='chat' id='{ident}'><body>{word} "
                f"{ident}</body></message>")
        self.unacked.append((ident, text))
        self.raw.send(text)

    def work(self, other):
        n = 0
        self.connect()
        while time.monotonic() < ends or self.unacked:
            try:
                if time.monotonic() < ends and self.rnd.random() < 0.6:
                    n += 1
                    self.send(other.jid or f"{other.user}@acme.localhost", n)
                if self.rnd.random() < 0.5:
                    self.raw.send(f"<r xmlns='{SM}'/>")
                self.pump(self.rnd.random() * 0.02)
                if CUT and self.rnd.random() < 0.003:
                    raise OSError("cut")
            except OSError:
                self.raw.cut()
                if time.monotonic() > ends + 60:
                    return
                self.connect()
        idle.wait(60)
        try:
            end = time.monotonic() + 3
            while time.monotonic() < end:
                self.pump(0.1)
        except OSError:
            pass




def enough(*_):
    global ends
    ends = min(ends, time.monotonic())


signal.signal(signal.SIGHUP, enough)
clients = [Client(f"k{n}", random.Random(SEED + n)) for n in range(6)]
idle = threading.Barrier(6)
threads = [threading.Thread(target=c.work, args=(clients[n ^ 1],))
           for n, c in enumerate(clients)]
print("begun", flush=True)
for t in threads:
    t.start()
for t in threads:
    t.join()
sent = lost = untold = twice = 0
for n, c in enumerate(clients):
    other, ids = clients[n ^ 1], c.acked - {None}
    sent += len(ids)
    twice += len(other.got) - len(set(other.got))
    for ident in ids - set(other.got) - c.errors:
        if c.words[ident] == "forbidden":
            untold += not CUT
            print("untold", ident)
        else:
            lost += 1
            print("lost", ident)
print(f"{sent} acknowledged, {untold} untold, {lost} lost by the server, "
      f"{twice} came twice, {sum(c.breaks for c in clients)} breaks")
sys.exit(untold > 0)
