# SPDX-License-Identifier: ISC
"""Traffic through a node while something fails, with every stanza accounted
for: outage.py PORT FILE RATE ONE TWO COMES GOES

ONE and TWO send each other numbered messages and presence, and ask the server
after each what it has (XEP-0198): a stanza is answered when that covers it or
its error has come. Lines on standard input say what the test does:
    broken      COMES logs in and GOES logs out; "seen" is said when both are
                through and either what was sent since came back as an error,
                or (broken but) was received
    mended      "mended" is said when what was sent since is received, both
                ways, and COMES could log in
    end         nothing more is sent, and what became of each is awaited
FILE.sent, FILE.got and FILE.error have the ids; the last line of output is
the sum, times in milliseconds.
"""
import asyncio
import base64
import re
import sys
import time
from xml.etree.ElementTree import XMLPullParser

from xmpp_raw import DOMAIN, HEADER, SM

PORT, FILE, RATE = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
NAMES = sys.argv[4:8]
now = time.monotonic


class Client:
    def __init__(self, user):
        self.user, self.jid = user, f"{user}@{DOMAIN}/t"
        self.sent, self.got, self.errors = {}, [], {}  # id: when
        self.ids, self.acked, self.answer = [], 0, {}
        self.handled = 0

    def write(self, text):
        self.writer.write(text.encode())

    def restart(self):
        self.parser = XMLPullParser(("start", "end"))
        self.depth = 0
        self.write(HEADER)

    async def elements(self):
        """The stream's children, one by one, until it ends."""
        while True:
            for event, e in self.parser.read_events():
                self.depth += 1 if event == "start" else -1
                if event == "end" and self.depth == 1:
                    yield e
                elif event == "end" and self.depth == 0:
                    return
            more = await self.reader.read(65536)
            if not more:
                return
            self.parser.feed(more)

    async def one(self, name):
        async for e in self.elements():
            if e.tag.endswith("}" + name):
                return e
            if e.tag.endswith("}error"):
                raise ConnectionError(e[0].tag.split("}")[1])
        raise ConnectionError("closed")

    async def login(self):
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", PORT)
        self.restart()
        await self.one("features")
        word = base64.b64encode(f"\0{self.user}\0pw".encode()).decode()
        self.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                   f"mechanism='PLAIN'>{word}</auth>")
        await self.one("success")
        self.restart()
        await self.one("features")
        self.write("<iq type='set' id='b'><bind xmlns="
                   "'urn:ietf:params:xml:ns:xmpp-bind'>"
                   "<resource>t</resource></bind></iq>")
        await self.one("iq")
        return self

    async def begin(self):
        await self.login()
        self.write(f"<presence/><enable xmlns='{SM}'/>")
        await self.one("enabled")
        return self

    async def logout(self):
        # What is not acknowledged would go back to who sent it.
        if self.ids:
            self.write(f"<a xmlns='{SM}' h='{self.handled}'/>")
        self.write("</stream:stream>")
        while await self.reader.read(65536):
            pass
        self.writer.close()

    def take(self, e):
        kind, ident = e.tag.split("}")[1], e.get("id") or ""
        if kind == "r":
            self.write(f"<a xmlns='{SM}' h='{self.handled}'/>")
        elif kind == "a":
            for i in self.ids[self.acked:int(e.get("h"))]:
                self.answer.setdefault(i, now())
            self.acked = int(e.get("h"))
        elif kind in ("message", "presence", "iq"):
            self.handled += 1
            if re.fullmatch(r"[a-z]+-[mp]\d+", ident):
                if e.get("type") == "error":
                    self.errors[ident] = now()
                    self.answer.setdefault(ident, now())
                else:
                    self.got.append((ident, now()))

    async def listen(self):
        async for e in self.elements():
            self.take(e)

    async def talk(self, to):
        n = 0
        while not over:
            n += 1
            ident = f"{self.user}-{'p' if n % 4 == 0 else 'm'}{n}"
            self.ids.append(ident)
            self.sent[ident] = now()
            if n % 4:
                self.write(f"<message to='{to.jid}' type='chat' id='{ident}'>"
                           f"<body>{ident}</body></message>")
            else:
                self.write(f"<presence to='{to.jid}' id='{ident}'>"
                           f"<status>{ident}</status></presence>")
            self.write(f"<r xmlns='{SM}'/>")
            await asyncio.sleep(1 / RATE)


async def until(what, wait=30):
    end = now() + wait
    while not what():
        assert now() < end, "it does not come to that"
        await asyncio.sleep(0.01)


async def received(pair, since):
    """How long until something sent since then was received, both ways."""
    def first(a, b):
        return next((at - since for i, at in b.got if a.sent[i] >= since), 0)

    await until(lambda: first(*pair) and first(*pair[::-1]))
    return ms(max(first(*pair), first(*pair[::-1])))


async def comes(user):
    """in or how it was refused, and after how long."""
    start = now()
    try:
        c = await Client(user).login()
    except ConnectionError as e:
        return str(e), now() - start
    took = now() - start
    await c.logout()
    return "in", took


def ms(seconds):
    return int(seconds * 1000)


async def broken(pair, goes, flows, told):
    start = now()
    login = asyncio.create_task(comes(NAMES[2]))
    await goes.logout()
    told["logout"] = ms(now() - start)
    told["login"], took = await login
    told["login-ms"] = ms(took)
    if flows:
        told["flows"] = await received(pair, start)
    else:
        await until(lambda: all(any(c.sent[i] > start for i in c.errors)
                                for c in pair))
    print("seen", flush=True)


async def mended(pair, told):
    start = now()
    told["again"] = await received(pair, start)
    while (await comes(NAMES[2]))[0] != "in":
        assert now() < start + 30, "nobody can log in"
    print("mended", flush=True)


def save(pair):
    for what, ids in (
            ("sent", [i for c in pair for i in c.sent]),
            ("got", [i for c in pair for i, _ in c.got]),
            ("error", [i for c in pair for i in c.errors])):
        with open(f"{FILE}.{what}", "w", encoding="ascii") as f:
            f.writelines(i + "\n" for i in sorted(ids))


def sum_up(pair, told):
    late = [c.answer[i] - at for c in pair for i, at in c.sent.items()
            if i in c.answer]
    told["sent"] = sum(len(c.sent) for c in pair)
    told["unanswered"] = told["sent"] - len(late)
    told["slowest-answer"] = ms(max(late))
    told["slowest"] = ms(max(at - p.sent[i] for c, p in
                             (pair, pair[::-1]) for i, at in c.got))
    told["errors"] = sum(len(c.errors) for c in pair)
    order = [[int(i.split("-")[1][1:]) for i, _ in c.got] for c in pair]
    told["disordered"] = sum(o != sorted(o) for o in order)
    print(*(f"{k}={v}" for k, v in told.items()), flush=True)


async def main():
    global over
    lines = asyncio.Queue()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin, lambda: lines.put_nowait(
        sys.stdin.readline().strip()))
    pair = [await Client(u).begin() for u in NAMES[:2]]
    goes = await Client(NAMES[3]).login()
    one, two = pair
    tasks = [asyncio.create_task(t) for t in (
        one.listen(), two.listen(), one.talk(two), two.talk(one))]
    await until(lambda: len(one.got) > 5 and len(two.got) > 5)
    print("flowing", flush=True)
    told = {}
    while (line := await lines.get()) not in ("end", ""):
        if line == "mended":
            await mended(pair, told)
        else:
            await broken(pair, goes, line == "broken but", told)
    over = True
    try:
        await until(lambda: all(
            len(p.got) + len(c.errors) >= len(c.sent) and
            len(c.answer) == len(c.sent)
            for c, p in (pair, pair[::-1])), 10)
    except AssertionError:
        pass
    save(pair)
    sum_up(pair, told)
    for t in tasks:
        t.cancel()
    await asyncio.gather(*(c.logout() for c in pair))


over = False
asyncio.run(asyncio.wait_for(main(), 90))
