# SPDX-License-Identifier: ISC
"""Stanzas that break a limit or a rule: limits.py PORT SERVER CASE...,
where SEED= is for those that are made at random.

PORT is the node's, SERVER the server's own, where a sender is beside it.
Each bad stanza costs itself alone: whoever it is for stays, and gets what
comes next."""
import os
import random
import re
import sys

from xmpp_raw import DOMAIN, SM, Raw

PORT, SERVER = int(sys.argv[1]), int(sys.argv[2])
ROOM = f"limits@rooms.{DOMAIN}"


def prefixed(n):
    return ("<q xmlns='u:q' xmlns:p='u:p' " +
            " ".join(f"p:a{i}='1'" for i in range(n)) + "/>")


def plain(n):
    return "<q xmlns='u:q' " + " ".join(f"a{i}='1'" for i in range(n)) + "/>"


def deep(n):
    return "<x xmlns='u:x'>" * n + "</x>" * n


def scopes(n):
    return ("".join(f"<x xmlns='u:x' xmlns:p{i}='u:{i}' p{i}:a='1'>"
                    for i in range(n)) + "</x>" * n)


def named(n):
    return f"<{'n' * n} xmlns='u:n'/>"


def wide(n):
    """Each has its namespace said anew by some servers."""
    return (f"<w xmlns='u:w' xmlns:p='u:{'w' * 900}'>" +
            "<y p:a='1'/>" * n + "</w>")


BAD = {"attributes": plain(300), "prefixed": prefixed(240),
       "deep": deep(140), "scopes": scopes(100) + scopes(130),
       "name": named(1100), "size": "<q xmlns='u:q'>" + "x" * 1500000 + "</q>"}
LET_BE = "bad-prefixed"  # within the limits, where the server leaves it so


def message(to, body, more, kind="chat"):
    return (f"<message to='{to}' type='{kind}' id='{body}'>"
            f"<body>{body}</body>{more}</message>")


def beside(user="dave"):
    return Raw(SERVER, tls=False).login(user, "beside", presence=False)


def takes(client, sender, word):
    sender.send(message(client.jid, word, ""))
    client.expect(f"<body>{word}</body>")


def case_from_beside():
    """To one who is online, managed, and in a room."""
    sender = beside()
    plain_one = Raw(PORT).login("alice", "plain")
    managed = Raw(PORT).login("bob", "managed", sm=True)
    for client, nick in (managed, "m"), (plain_one, "p"):
        client.send(f"<presence to='{ROOM}/{nick}'><x xmlns="
                    "'http://jabber.org/protocol/muc'/></presence>")
        client.expect(f"<presence [^>]*from=[\"']{ROOM}/{nick}.*?<subject")
    sender.send(f"<presence to='{ROOM}/s'><x xmlns="
                "'http://jabber.org/protocol/muc'/></presence>")
    sender.expect("<subject")
    for n, (name, bad) in enumerate(BAD.items()):
        for client in plain_one, managed:
            sender.send(message(client.jid, f"bad-{name}", bad))
            takes(client, sender, f"good{n}")
        sender.send(message(ROOM, f"bad-{name}", bad, "groupchat"))
        sender.send(message(ROOM, f"room{n}", "", "groupchat"))
        for client in plain_one, managed:
            client.expect(f"<body>room{n}</body>")
    for client in plain_one, managed:
        got = set(re.findall("<body>(bad-[a-z]*)", client.log))
        assert got <= {LET_BE}, got
    count = len(re.findall("<(?:message|presence|iq) ", managed.log[
        managed.log.index("<enabled "):]))
    managed.send(f"<a xmlns='{SM}' h='{count}'/><r xmlns='{SM}'/>")
    managed.expect("<a ")
    takes(managed, sender, "counted")
    for client in plain_one, managed, sender:
        client.end()


def case_offline():
    """What waits for one who logs in, and what an archive has."""
    sender = beside()
    for name, bad in BAD.items():
        sender.send(message(f"carol@{DOMAIN}", f"bad-{name}", bad))
    sender.send(message(f"carol@{DOMAIN}", "late", ""))
    sender.end()
    for sm in False, True:
        c = Raw(PORT).login("carol", f"off{sm}", sm=sm)
        if not sm and "<body>late</body>" not in c.log:
            c.expect("<body>late</body>")
        c.log = ""
        c.send("<iq type='set' id='mam'><query xmlns='urn:xmpp:mam:2'>"
               "</query></iq>")
        c.expect("<iq [^>]*id=[\"']mam[\"']", 20)
        assert "<body>late</body>" in c.log, c.log[-3000:]
        assert "bad-attributes" not in c.log, c.log[-3000:]
        c.end()


def case_carbons():
    """Nested deeper by those who copy it."""
    one, other = (Raw(PORT).login("alice", name) for name in ("one", "other"))
    other.send("<iq type='set' id='cc'><enable xmlns='urn:xmpp:carbons:2'/>"
               "</iq>")
    other.expect("id=[\"']cc[\"']")
    sender = beside()
    for depth in range(118, 132):
        sender.send(message(one.jid, f"deep{depth}", deep(depth)))
    takes(one, sender, "end")
    takes(other, sender, "end too")
    for client in one, other, sender:
        client.end()


def case_own():
    """What a client sends itself costs that alone, and it is told."""
    a = Raw(PORT).login("alice", "own", sm=True)
    b = Raw(PORT).login("bob", "own")
    more = dict(BAD, root=None)
    more["size"] = "<q xmlns='u:q'>" + "x" * 270000 + "</q>"
    for name, bad in more.items():
        text = message(b.jid, f"own-{name}", bad or "")
        if bad is None:
            text = text.replace(" ", " " + " ".join(
                f"r{i}='1'" for i in range(300)) + " ", 1)
        a.send(text)
        a.expect(f"id=\"own-{name}\" type=\"error\".*?</message>")
        a.chat(b.jid, f"after-{name}")
        b.expect(f"<body>after-{name}</body>")
    assert "own-" not in b.log, b.log[-2000:]
    a.send("<iq type='get' to='bob@" + DOMAIN + "/own' id='q'>" + deep(130) +
           "</iq>")
    a.expect("<iq [^>]*id=\"q\" type=\"error\"")
    a.end()
    b.end()


def case_answer():
    """Who waits for an answer that is not to be passed on gets an error."""
    a = Raw(PORT).login("alice", "asks", sm=True)
    d = beside()
    a.send(f"<presence to='dave@{DOMAIN}/beside'/>")
    d.expect("<presence [^>]*alice@")
    a.send(f"<iq type='get' id='ask' to='{d.jid}'><query xmlns="
           "'jabber:iq:version'/></iq>")
    d.expect("<query [^>]*jabber:iq:version")
    d.send(f"<iq type='result' id='ask' to='{a.jid}'>{plain(300)}</iq>")
    a.expect("<iq [^>]*id=\"ask\" type=\"error\"")
    takes(a, d, "still there")
    a.end()
    d.end()


def case_roster():
    """A roster whose answer a policy refuses."""
    a = Raw(PORT).login("alice", "big", sm=True)
    for i in range(60):
        a.send(f"<iq type='set' id='s{i}'><query xmlns='jabber:iq:roster'>"
               f"<item jid='contact{i}@{DOMAIN}' name='{'n' * 60}'/></query>"
               "</iq>")
        a.expect(f"<iq [^>]*id=[\"']s{i}[\"']")
    a.send("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>")
    a.expect("<iq [^>]*id=\"roster\" type=\"error\".*too large")
    d = beside()
    takes(a, d, "still there")
    a.end()
    d.end()


def case_own_answer():
    """One that a client gives and a policy refuses."""
    a = Raw(PORT).login("alice", "gives", sm=True)
    d = beside()
    a.send(f"<presence to='dave@{DOMAIN}/beside'/>")
    d.expect("<presence [^>]*alice@")
    d.send(f"<iq type='get' id='ask' to='{a.jid}'><query xmlns="
           "'jabber:iq:version'/></iq>")
    a.expect("<query [^>]*jabber:iq:version")
    a.send(f"<iq type='result' id='ask' to='{d.jid}'><query xmlns="
           f"'jabber:iq:version'><name>{'n' * 3000}</name></query></iq>")
    d.expect("<iq [^>]*type=[\"']error[\"']")
    takes(a, d, "still there")
    a.end()
    d.end()


def random_payload(rnd, kind):
    """About as much of a thing as a client may send."""
    def some(most):
        return rnd.choice([most, most, most - rnd.randrange(5),
                           rnd.randrange(1, most)])

    def attributes(n):
        return "".join(f" {rnd.choice(['', 'p:', 'q:'])}a{i}='{i}'"
                       for i in range(n))

    top = "<t xmlns='u:t' xmlns:p='u:p' xmlns:q='u:q'"
    if kind == 0:
        return top + attributes(some(117)) + "/>"
    if kind == 1:
        return deep(some(119))
    if kind == 2:
        n = some(79)
        return "".join(f"<x xmlns='u:{i}' xmlns:p{i}='u:p'>"
                       for i in range(n)) + "</x>" * n
    if kind == 3:
        return top + f" {rnd.choice(['p:', ''])}{'n' * some(996)}='1'/>"
    if kind == 4:
        return wide(some(1000))
    if kind == 5:
        return ("<q xmlns='u:q'>" +
                rnd.choice(["'", "x", '"', "]]&gt;", "&amp;"])
                * some(40000) + "</q>")
    n = some(60)
    return (top + ">" + "".join(f"<x{attributes(rnd.randrange(3))}>"
                                for _ in range(n)) + "</x>" * n + "</t>")


def case_margin():
    """What passed up passes down: as itself, to a room, to who is offline,
    as a carbon, from an archive."""
    seed = int(os.environ.get("SEED") or random.randrange(1 << 30))
    rnd = random.Random(seed)
    print("seed", seed, flush=True)
    a, b = (Raw(PORT).login(u, "margin") for u in ("alice", "bob"))
    copy = Raw(PORT).login("bob", "copy")
    copy.send("<iq type='set' id='cc'><enable xmlns='urn:xmpp:carbons:2'/>"
              "</iq>")
    copy.expect("id=[\"']cc[\"']")
    for c in a, b:
        c.send(f"<presence to='{ROOM}/m{c.jid[0]}'><x xmlns="
               "'http://jabber.org/protocol/muc'/></presence>")
        c.expect("<subject")
    passed = 0
    # What is wide is megabytes as servers write it: seconds each.
    kinds = [0, 1, 2, 3, 5, 6] * 7 + [4] * 2
    rnd.shuffle(kinds)
    for n, payload in enumerate(kinds):
        more = random_payload(rnd, payload)
        for to, kind in ((b.jid, "chat"), (f"carol@{DOMAIN}", "chat"),
                         (ROOM, "groupchat")):
            a.send(message(to, f"margin{n}", more, kind))
        for c in (b, copy):
            takes(c, a, f"next{n}")
        takes(a, b, f"back{n}")
        passed += f"<body>margin{n}</body>" in b.log
    assert passed > 20, passed
    off = Raw(PORT).login("carol", "margin", sm=True)
    off.send("<iq type='set' id='mam'><query xmlns='urn:xmpp:mam:2'>"
             "<set xmlns='http://jabber.org/protocol/rsm'><max>200</max>"
             "</set></query></iq>")
    off.expect("<iq [^>]*id=[\"']mam[\"']", 100)
    for c in a, b, copy, off:
        c.end()
    print(passed, "of", len(kinds), "passed")


for case in sys.argv[3:]:
    globals()["case_" + case]()
