# SPDX-License-Identifier: ISC
"""Managed streams (XEP-0198) that break: sm.py PORT RUNS SEED
[USER USER] [inside] [loose]

Two clients that keep to the letter of XEP-0198 exchange messages, some of
which the policy refuses on their way out ("forbidden") or in ("secret"), while
their connections are cut at random and resumed. At the end of each run every
message must have come once, in order, or, where forbidden, one error for it;
no counter may have gone wrong. Before a server that forgets messages and
their order over a resumption they may be "loose": in any order, without
those that the node, by its journal, was never given for their recipient, and
of all some few twice, as that server does without a node, too.

NOTICE is how the node tells of what is forbidden (--refusal-notice): by an
error, if it is not set.
"""
import os
import random
import select
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

from xmpp_raw import DOMAIN, SM, Raw

PORT, RUNS = int(sys.argv[1]), int(sys.argv[2])
SEED = int(sys.argv[3]) or random.randrange(1 << 30)
LOOSE = sys.argv[-1] == "loose"
INSIDE = "inside" in sys.argv  # of the login, where the server takes that
USERS = ([word for word in sys.argv[4:] if word not in ("inside", "loose")]
         or ["alice", "bob"])
NOTICE = os.environ.get("NOTICE", "error")
CLIENT = "{jabber:client}"


class Managed:
    def __init__(self, user, run):
        self.user = user
        self.handled = 0           # stanzas got
        self.unacked, self.base = [], 0  # sent, and h of the first of them
        self.got, self.errors, self.stray = [], [], 0
        self.notices = 0           # messages that say what an error does
        self.raw = Raw(PORT).login(user, f"sm{run}", sm=True, presence=False)
        self.jid, self.sm_id = self.raw.jid, self.raw.sm_id
        self.start()
        self.stanza("<presence><priority>1</priority></presence>")

    def start(self):
        self.parser = ElementTree.XMLPullParser(["start", "end"])
        self.parser.feed("<x xmlns='jabber:client' xmlns:stream="
                         "'http://etherx.jabber.org/streams'>")
        self.depth = 0
        self.feed(self.raw.text)
        self.raw.text = ""

    def feed(self, text):
        self.parser.feed(text)
        for what, element in self.parser.read_events():
            self.depth += 1 if what == "start" else -1
            if what == "end" and self.depth == 1:
                self.element(element)

    def element(self, e):
        name = e.tag
        if name == f"{{{SM}}}r":
            self.raw.send(f"<a xmlns='{SM}' h='{self.handled}'/>")
        elif name == f"{{{SM}}}a":
            self.ack(int(e.get("h")))
        elif name.startswith(CLIENT):
            self.handled += 1
            self.read(e)
        elif not name.startswith(f"{{{SM}}}") and not name.endswith(
                "streams}features"):
            raise AssertionError(ElementTree.tostring(e))

    def read(self, e):
        body = e.find(CLIENT + "body")
        if e.tag == CLIENT + "message" and e.get("type") == "error":
            assert e.find(CLIENT + "error").get("type") == "cancel", \
                ElementTree.tostring(e)
            self.errors.append(e.get("id"))
        elif e.tag == CLIENT + "message" and e.get("from") == DOMAIN:
            assert body.text == "not this word", ElementTree.tostring(e)
            self.notices += 1
        elif e.tag == CLIENT + "message" and body is not None:
            self.got.append(body.text)
        elif e.tag == CLIENT + "iq" and e.get("type") == "result":
            self.stray += 1

    def ack(self, h):
        n = h - self.base
        assert 0 <= n <= len(self.unacked), (h, self.base, self.unacked)
        self.unacked = self.unacked[n:]
        self.base = h

    def stanza(self, text):
        self.unacked.append(text)
        self.raw.send(text)

    def request(self):
        self.raw.send(f"<r xmlns='{SM}'/>")

    def pump(self, wait):
        ready = self.raw.socket.pending() or \
            select.select([self.raw.socket], [], [], wait)[0]
        if ready:
            assert self.raw.read(0.01), f"closed: {self.raw.log[-500:]}"
            text, self.raw.text = self.raw.text, ""
            self.feed(text)
        return bool(ready)

    def cut(self):
        self.raw.cut()

    def resume(self):
        """Inside of the login every other time, if asked to."""
        global inside
        self.raw = Raw(PORT)
        inside += INSIDE
        if inside % 2:
            assert self.raw.resume_inside(self.user, self.sm_id, self.handled)
        else:
            self.raw.resume(self.user, self.sm_id, self.handled)
        found = self.raw.expect(
            "<resumed [^>]*h=[\"'](\\d+)[\"'][^>]*>"
            + ".*?</success>" * (inside % 2))
        self.ack(int(found.group(1)))
        self.start()
        for text in self.unacked:
            self.raw.send(text)

    def end(self):
        # Or the server sends to the next who logs in what was not said to
        # have come.
        self.raw.send(f"<a xmlns='{SM}' h='{self.handled}'/>")
        self.raw.send("</stream:stream>")
        self.raw.closed(10)


def message(rnd, sender, to, n):
    word = rnd.choice(["open", "open", "open", "forbidden", "secret",
                       "slow 0.5" if rnd.random() < 0.02 else "open"])
    sender.stanza(f"<message to='{to.jid}' type='chat' id='{n}'><body>"
                  f"{word} {n}</body></message>")
    return word


def step(rnd, pair, plan):
    i = rnd.randrange(2)
    me, other = pair[i], pair[1 - i]
    what = rnd.random()
    if what < 0.6:
        n = len(plan[i])
        plan[i].append(message(rnd, me, other, n))
    elif what < 0.75:
        me.request()
    elif what < 0.95:
        me.pump(rnd.random() * 0.02)
    else:
        me.cut()
        if rnd.random() < 0.5:
            time.sleep(rnd.random() * 0.05)
        me.resume()


def done(pair, plan):
    for i in range(2):
        me, other = pair[i], pair[1 - i]
        told = me.notices if NOTICE == "message" else len(me.errors)
        if me.unacked or told < plan[i].count("forbidden"):
            return False
        if NOTICE == "both" and me.notices < plan[i].count("forbidden"):
            return False
        if len(other.got) < sum(w in ("open", "slow 0.5") for w in plan[i]):
            return False
    return True


def forgotten(sender, to, want):
    """Of these ids those that the server did not hand to the node."""
    found = subprocess.run(["cup-search", "--event", "recv", "journal"],
                           stdout=subprocess.PIPE, text=True)
    assert found.returncode <= 1, found
    stanzas = [line.split("\t")[8] for line in found.stdout.splitlines()]
    given = {stanza.split(' id="')[1].split('"')[0] for stanza in stanzas
             if f' from="{sender.jid}"' in stanza and
             f' to="{to.jid}"' in stanza and " id=" in stanza}
    return [text for text in want if text.split(" ")[-1] not in given]


def one(run, rnd):
    global doubled
    pair = [Managed(user, run) for user in USERS]
    plan = [[], []]
    for _ in range(rnd.randrange(20, 60)):
        step(rnd, pair, plan)
    end = time.monotonic() + 20
    while not done(pair, plan) and time.monotonic() < end:
        for c in pair:
            if c.unacked:
                c.request()
            while c.pump(0.02):
                pass
    for i in range(2):
        me, other = pair[i], pair[1 - i]
        want = [f"{w} {n}" for n, w in enumerate(plan[i])
                if w in ("open", "slow 0.5")]
        refused = [str(n) for n, w in enumerate(plan[i])
                   if w == "forbidden"]
        if LOOSE:
            doubled += len(other.got) - len(set(other.got))
            other.got = sorted(set(other.got))
            want.sort()
            if len(other.got) < len(want):
                lost = forgotten(me, other, want)
                print("the server forgot", *lost, flush=True)
                want = [text for text in want if text not in lost]
        assert other.got == want, ("received", other.got, want)
        if NOTICE == "message":
            assert not me.errors, ("errors", me.errors)
        else:
            assert me.errors == refused, ("errors", me.errors, refused)
        if NOTICE != "error":
            assert me.notices == len(refused), \
                ("notices", me.notices, len(refused))
        assert not me.unacked, ("unacked", me.unacked)
    for c in pair:
        c.end()
    return sum(map(len, plan))


total = doubled = inside = 0
for run in range(RUNS):
    seed = SEED + run
    try:
        total += one(run, random.Random(seed))
    except Exception:
        print(f"run {run} of seed {seed} failed", flush=True)
        raise
assert doubled <= 4, doubled
print(f"{RUNS} runs from seed {SEED}, {total} messages: all as it should be")
