# SPDX-License-Identifier: ISC
"""Messages that are held for review and released: release.py PORT C2S CASE...

The node at PORT, before the server at C2S, holds what is sent with "hold me"
or, for a second, "hold briefly", and what is received with "keep me". Its keeper is at review.sock here, its
journal is journal. What is released later says LATER of the environment, with a
number."""
import os
import re
import subprocess
import sys
import time

from xmpp_raw import DOMAIN, Raw, wait

PORT, C2S = int(sys.argv[1]), int(sys.argv[2])
ALICE, BOB = f"alice@{DOMAIN}", f"bob@{DOMAIN}"
ROOM = f"hall@rooms.{DOMAIN}"
LATER = os.environ.get("LATER", "hold me later")
MUC = "http://jabber.org/protocol/muc"


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, text=True,
                          check=False).stdout


def rows(*args):
    return [line.split("\t") for line in run(*args).splitlines()]


def until(what, seconds=30):
    """What is there at last."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found or time.monotonic() > end:
            assert found, what
            return found
        time.sleep(0.05)


def held(word):
    """The id of what says it and is held."""
    return until(lambda: [r[0] for r in rows("cup-review", "journal")
                          if word in r[8]])[0]


def settle(how, word, why="seen"):
    ident = held(word)
    subprocess.run(["cup-review", f"--{how}", ident, "--why", why, "--socket",
                    "unix:review.sock"], check=True,
                   stdout=subprocess.DEVNULL)
    return ident


def outcome(ident, *wanted):
    """What came of it is on record: the outcome, and why."""
    def look():
        settled = [r[0] for r in rows("cup-search", "journal.review")
                   if f'ref="{ident}"' in r[8] and "<message" in r[8]]
        return [r[8] for r in rows("cup-search", "journal.review")
                if settled and f'ref="{settled[-1]}"' in r[8]
                and 'verdict="done"' in r[8]]
    done = until(look)
    assert len(done) == 1, done
    for word in wanted:
        assert word in done[0], (word, done)


def reason(word, event="recv", which=-1):
    found = until(lambda: [r[6] for r in
                           rows("cup-search", "--event", event, "journal")
                           if word in r[8] and "released@review" in r[6]])
    return found[which]


def stanza(c, pattern, seconds=30):
    """The first message that has it."""
    return c.expect(f"<message(?:(?!</message>).)*{pattern}.*?</message>",
                    seconds).group(0)


def refused(c, ident, words):
    """That message comes back with an error that says so."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        text = stanza(c, "<error")
        if re.search(f" id=[\"']{ident}[\"']", text) and re.search(words, text):
            return
    raise AssertionError(c.log)


def is_release(text, sender, when=None):
    assert re.search(f"^<message [^>]*from=[\"']{sender}[\"']", text), text
    assert "released" not in text and "urn:cup" not in text, text
    stamps = [d for d in re.findall("<delay [^>]*>", text) if DOMAIN in d]
    assert re.search("stamp=[\"']20[^\"']*Z[\"']", stamps[0]), text


def is_told(c, words):
    text = stanza(c, words)
    assert re.search(f"^<message [^>]*from=[\"']{DOMAIN}[\"']", text), text
    assert "chat" in text, text


def login(user, resource="desk"):
    c = Raw(PORT).login(user, resource)
    # What was kept for it may come before its own presence.
    c.text = c.log
    return c


def ask(c):
    """All that was under way to it has come by now."""
    c.count += 1
    c.send(f"<iq type='get' id='q{c.count}' to='{DOMAIN}'>"
           "<ping xmlns='urn:xmpp:ping'/></iq>")
    c.expect(f"<iq [^>]*id=[\"']q{c.count}[\"']")


def once(c, word):
    ask(c)
    assert c.log.count(f">{word}<") == 1, c.log


def case_out_online():
    """Held as it was sent, it comes as from its sender, with its time."""
    alice, bob = login("alice"), login("bob")
    alice.chat(BOB, "hold me 1", "o1")
    refused(alice, "o1", "held for review")
    ident = settle("release", "hold me 1")
    is_release(stanza(bob, "hold me 1"), alice.jid)
    is_told(alice, "was released after review, and has been sent")
    outcome(ident, 'outcome="sent"')
    assert re.search(r"^released@review: by \S+ for out \([0-9a-f-]+ \w+\); ",
                     reason("hold me 1")), reason("hold me 1")
    assert "for out (" in reason("hold me 1", "send")
    once(bob, "hold me 1")
    alice.end()
    bob.end()


def case_out_offline():
    """The addressee has it when he comes, the sender is gone by then."""
    alice = login("alice")
    alice.chat(BOB, "hold me 2", "o2")
    alice.expect("held for review")
    alice.end()
    outcome(settle("release", "hold me 2"), 'outcome="sent"')
    bob = login("bob")
    is_release(stanza(bob, "hold me 2"), f"{ALICE}/desk")
    once(bob, "hold me 2")
    bob.end()
    alice = login("alice")
    is_told(alice, "was released after review")
    alice.end()


def case_in_online():
    """Held on its way in, it is not held again."""
    alice, bob = login("alice"), login("bob")
    alice.chat(BOB, "keep me 3", "i1")
    refused(alice, "i1", "held for review")
    ident = settle("release", "keep me 3")
    is_release(stanza(bob, "keep me 3"), alice.jid)
    is_told(alice, "was released after review")
    outcome(ident, 'outcome="sent"')
    assert "for in (" in reason("keep me 3")
    once(bob, "keep me 3")
    alice.end()
    bob.end()


def case_in_offline():
    alice, bob = login("alice"), login("bob")
    alice.chat(BOB, "keep me 4", "i2")
    held("keep me 4")
    bob.end()
    alice.end()
    outcome(settle("release", "keep me 4"), 'outcome="sent"')
    bob = login("bob", "phone")
    is_release(stanza(bob, "keep me 4"), f"{ALICE}/desk")
    once(bob, "keep me 4")
    bob.end()


def case_both():
    """What two rules hold, one on each side, is released twice."""
    alice, bob = login("alice"), login("bob")
    alice.chat(BOB, "hold me and keep me 5", "b1")
    settle("release", "keep me 5")
    until(lambda: "keep me 5" in run("cup-search", "--event", "recv",
                                     "--verdict", "hold", "journal"))
    settle("release", "keep me 5")
    is_release(stanza(bob, "keep me 5"), alice.jid)
    assert "for out, in (" in reason("keep me 5")
    once(bob, "hold me and keep me 5")
    alice.end()
    bob.end()


RICH = ("<subject xml:lang='de'>&#228;&#x1F600;</subject>"
        "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns="
        "'http://www.w3.org/1999/xhtml'><p style='color:red' class='b'>hold"
        "<br/> \n\tthis  </p></body></html>"
        "<active xmlns='http://jabber.org/protocol/chatstates'/>"
        "<origin-id xmlns='urn:xmpp:sid:0' id='7'/>"
        "<request xmlns='urn:xmpp:receipts'/>"
        "<p:q xmlns:p='urn:p' b='2' a='1&#10;&#9;' p:a='x &quot;&apos;>'>"
        "<p:r xmlns=''/>t<![CDATA[<&>]]>u&#13;&#10;v</p:q>"
        "<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' "
        "stamp='2020-01-01T00:00:00Z'/><message xmlns='jabber:client' "
        "from='x@y' to='z@w'><body>in it</body></message></forwarded>")


def case_rich():
    """All that a message may have comes as it was."""
    alice, bob = login("alice"), login("bob")
    for n, to in enumerate((BOB, f"Bob@{DOMAIN.upper()}", bob.jid)):
        alice.chat(to, f"hold me 6{n}\n\t &amp; &lt;", f"r{n}", RICH)
        settle("release", f"hold me 6{n}")
        text = bob.expect(f"<message [^>]*id=[\"']r{n}[\"'].*?</message>.*?"
                          "</message>").group(0)
        is_release(text, alice.jid)
        for word in (f"hold me 6{n}\n\t &amp; &lt;", "\U0001F600", "in it",
                     "receipts", "urn:p"):
            assert word in text, (word, text)
    assert "forged" not in run("cup-search", "journal")
    alice.end()
    bob.end()


def case_copies():
    """Marks are in no carbon and no archive that anybody sees."""
    alice, bob, phone = login("alice"), login("bob"), login("bob", "phone")
    for c in bob, phone:
        c.send("<iq type='set' id='cc'><enable xmlns='urn:xmpp:carbons:2'/>"
               "</iq>")
        c.expect("id=[\"']cc[\"']")
    alice.chat(bob.jid, "hold me 7", "c1")
    settle("release", "hold me 7")
    is_release(stanza(bob, "hold me 7"), alice.jid)
    copy = phone.expect("<message.*?<received.*?</received>.*?</message>",
                        20).group(0)
    assert "hold me 7" in copy and "urn:cup" not in copy, copy
    # Its archive may leave out what has no words.
    alice.chat(bob.jid, "hold me 77", "c2", RICH)
    settle("release", "hold me 77")
    stanza(bob, "in it")
    ask(bob)
    bob.send("<iq type='set' id='mam'><query xmlns='urn:xmpp:mam:2'><set "
             "xmlns='http://jabber.org/protocol/rsm'><max>5</max><before/>"
             "</set></query></iq>")
    archive = bob.expect(".*id=[\"']mam[\"'].*?</iq>").group(0)
    assert archive.count("hold me 7<") == archive.count("hold me 77<") == 1, \
        archive
    assert "urn:cup" not in archive, archive
    for c in alice, bob, phone:
        c.end()


def case_refused():
    """A refusal is an error to who is there, and words to who is not."""
    alice = login("alice")
    alice.chat(BOB, "hold me 8", "f1")
    alice.expect("held for review")
    ident = settle("refuse", "hold me 8", "not <now> & here")
    text = stanza(alice, "not &lt;now")
    assert re.search("id=[\"']f1[\"']", text) and "policy-violation" in text
    outcome(ident, 'outcome="told"')
    alice.chat(BOB, "hold me 9", "f2")
    alice.expect("held for review")
    alice.end()
    outcome(settle("refuse", "hold me 9", "nor later"), 'outcome="told"')
    alice = login("alice")
    is_told(alice, "was not released: nor later")
    alice.end()
    bob = login("bob")
    ask(bob)
    assert "hold me" not in bob.log, bob.log
    bob.end()


def case_expired():
    """Nobody settles it in time."""
    alice = login("alice")
    alice.chat(BOB, "hold briefly", "e1")
    refused(alice, "e1", "held for review")
    refused(alice, "e1", "nobody settled it in time")
    outcome(held_before("hold briefly"), 'outcome="told"')
    alice.end()


def case_untold():
    """With --review-tell no."""
    alice, bob = login("alice"), login("bob")
    alice.chat(BOB, "hold me u1", "u1")
    outcome(settle("release", "hold me u1"), 'outcome="sent"')
    alice.chat(BOB, "hold me u2", "u2")
    outcome(settle("refuse", "hold me u2", "because"), 'outcome="refused"')
    stanza(bob, "hold me u1")
    ask(alice)
    assert "released" not in alice.log and "because" not in alice.log, alice.log
    alice.end()
    bob.end()


MARK = ("<released xmlns='urn:cup:review:1' id='019aac21-0000-7000-8000-"
        "000000000001' try='0123456789abcdef' by='eve' for='in' "
        f"from='{ALICE}' to='{BOB}' mac='{'0' * 64}'/>")


def case_forged():
    """A client's mark, and one that comes past the node."""
    alice, bob = login("alice"), login("bob")
    alice.chat(BOB, "forged 1", "x1", MARK)
    refused(alice, "x1", "mark of release")
    alice.send(f"<message to='{BOB}' id='x2'><body>forged 2</body><forwarded "
               "xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'>"
               f"<body>x</body>{MARK}</message></forwarded></message>")
    refused(alice, "x2", "mark of release")
    past = Raw(C2S, tls=False).login("alice", "past")
    past.chat(BOB, "keep me forged 3", "x3", MARK)
    until(lambda: "forged 3" in run("cup-search", "--event", "recv",
                                    "--verdict", "reject", "journal"))
    past.end()
    ask(bob)
    assert "forged" not in bob.log, bob.log
    found = [r[6] for r in rows("cup-search", "--verdict", "reject", "journal")
             if "forged" in r[8]]
    assert len(found) == 3, found
    assert all(r.startswith("forged-mark@node: ") for r in found), found
    # Only to name it is nobody's crime.
    alice.chat(BOB, "of urn:cup:review:1", "x4")
    stanza(bob, "of urn:cup:review:1")
    alice.end()
    bob.end()


def case_replayed():
    """A good mark on other words, or between others, is forged, too."""
    alice = login("alice")
    alice.chat(BOB, "hold me 10", "y1")
    past = Raw(C2S, tls=False).login("bob", "past")
    settle("release", "hold me 10")
    mark = re.search("<released .*?/>", stanza(past, "hold me 10")).group(0)
    past.end()
    bob = login("bob")
    past = Raw(C2S, tls=False).login("alice", "past")
    past.chat(BOB, "keep me 11", "y2", mark)
    carol = Raw(C2S, tls=False).login("carol", "past")
    carol.chat(BOB, "hold me 10", "y3", mark)
    until(lambda: len([r for r in rows("cup-search", "--event", "recv",
                                       "--verdict", "reject", "journal")
                       if "forged-mark@node" in r[6] and
                       ("keep me 11" in r[8] or "carol" in r[8])]) == 2)
    ask(bob)
    assert "hold me 10" not in bob.log and "keep me" not in bob.log, bob.log
    for c in alice, bob, past, carol:
        c.end()


def case_wrapped():
    """Where no carbon or archive puts it a good mark makes no difference."""
    alice, bob = login("alice"), login("bob")
    alice.chat(BOB, "keep me 15", "z1")
    held("keep me 15")
    bob.end()
    past = Raw(C2S, tls=False).login("bob", "past")
    settle("release", "keep me 15")
    mark = re.search("<released .*?/>", stanza(past, "keep me 15")).group(0)
    past.end()
    bob = login("bob")
    carol = Raw(C2S, tls=False).login("carol", "past")
    for n, before, behind in (
            (16, f"<w xmlns='urn:w' from='{ALICE}' to='{BOB}'>", "</w>"),
            (17, "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns="
             f"'jabber:client' from='{ALICE}' to='{BOB}' type='chat'>",
             "</message></forwarded>"),
            (18, "<result xmlns='urn:xmpp:mam:2'><forwarded xmlns="
             "'urn:xmpp:forward:0'><message xmlns='jabber:client' "
             f"from='{ALICE}' to='{BOB}' type='chat'>",
             "</message></forwarded></result>")):
        carol.chat(BOB, f"keep me {n}", f"z{n}", before + mark + behind)
        held(f"keep me {n}")
    # That of another node's room is none of this node's business.
    other = re.sub("to=[\"'][^\"']*[\"']", "to='room@rooms.other.example'", mark)
    carol.chat(BOB, "said 19", "z19", other)
    text = stanza(bob, "said 19")
    assert "released" not in text, text
    for n in 16, 17, 18:
        assert f"keep me {n}" not in bob.log, bob.log
    for c in alice, bob, carol:
        c.end()


def case_crowded():
    """What has more in it than a mark can cover is refused, and that is said."""
    alice, bob = login("alice"), login("bob")
    alice.chat(BOB, "hold me 20", "c1",
               "".join(f"<a xmlns='urn:a' n='{n}'/>" for n in range(300)))
    ident = settle("release", "hold me 20")
    outcome(ident, 'outcome="refused"', "too much in it")
    stanza(alice, "too much in it")
    ask(bob)
    assert "hold me 20" not in bob.log, bob.log
    alice.end()
    bob.end()


def case_wall():
    """A wall that was put up since; on the way out, and on the way in."""
    alice, bob = login("alice"), login("bob")
    alice.chat(BOB, "hold me 12 walled", "w1")
    alice.chat(BOB, "hold me 13 in-walled", "w2")
    held("walled")
    held("in-walled")
    wait("ready")
    ident = settle("release", "12 walled")
    text = stanza(alice, "a wall since")
    assert re.search("id=[\"']w1[\"']", text), text
    outcome(ident, 'outcome="refused"', "a wall since")
    settle("release", "13 in-walled")
    text = stanza(alice, "another wall")
    assert re.search("id=[\"']w2[\"']", text), text
    ask(bob)
    assert "walled" not in bob.log, bob.log
    alice.end()
    bob.end()


def join(c, nick):
    c.send(f"<presence to='{ROOM}/{nick}'><x xmlns='{MUC}'>"
           "<history maxstanzas='0'/></x></presence>")
    c.expect(f"<presence [^>]*from=[\"']{ROOM}/{nick}[\"'].*?status code="
             "[\"']110[\"'].*?</presence>")


def case_room():
    """To a room as its occupant, who must be there still."""
    alice, bob = login("alice"), login("bob")
    join(alice, "ann")
    join(bob, "rob")

    def say(words, ident):
        alice.send(f"<message to='{ROOM}' type='groupchat' id='{ident}'>"
                   f"<body>{words}</body></message>")
    say("hold me 14", "g1")
    ident = settle("release", "hold me 14")
    for c in alice, bob:
        text = stanza(c, "hold me 14")
        assert re.search(f"from=[\"']{ROOM}/ann[\"']", text), text
        assert "urn:cup" not in text, text
        once(c, "hold me 14")
    outcome(ident, 'outcome="sent"')
    # Held at one recipient, it comes to him as the room has it.
    say("keep me 15", "g2")
    ident = held("keep me 15")
    until(lambda: len([r for r in rows("cup-review", "journal")
                       if "keep me 15" in r[8]]) == 2)
    for r in rows("cup-review", "journal"):
        if f"to=\"{bob.jid}\"" in r[8]:
            ident = r[0]
    subprocess.run(["cup-review", "--release", ident, "--why", "seen",
                    "--socket", "unix:review.sock"], check=True,
                   stdout=subprocess.DEVNULL)
    text = stanza(bob, "keep me 15")
    assert re.search(f"from=[\"']{ROOM}/ann[\"']", text), text
    outcome(ident, 'outcome="sent"')
    # Out of the room, but here; and gone altogether.
    say("hold me 16", "g3")
    say("hold me 17", "g4")
    held("hold me 16")
    held("hold me 17")
    alice.send(f"<presence to='{ROOM}/ann' type='unavailable'/>")
    alice.expect("<presence [^>]*unavailable")
    outcome(settle("release", "hold me 16"), 'outcome="refused"',
            "no longer in the room")
    refused(alice, "g3", "no longer in the room|not-acceptable")
    alice.end()
    outcome(settle("release", "hold me 17"), 'outcome="refused"',
            "no longer in the room")
    ask(bob)
    assert "hold me 16" not in bob.log and "hold me 17" not in bob.log
    bob.end()


def case_gone():
    """An addressee whom nobody knows: the server says so to the sender."""
    alice = login("alice")
    alice.chat(f"nobody@{DOMAIN}", "hold me 18", "n1")
    ident = settle("release", "hold me 18")
    outcome(ident, 'outcome="refused"', "service-unavailable")
    refused(alice, "n1", "service-unavailable")
    assert "urn:cup" not in alice.log, alice.log
    alice.end()


def case_later():
    """Held now, released by who comes next; bob has it then, once."""
    alice = login("alice")
    for n in range(10):
        alice.chat(BOB, f"{LATER} {n}", f"l{n}")
        held(f"{LATER} {n}")
    alice.end()


def case_arrived():
    """All of these have come, each once."""
    bob = login("bob")
    for n in range(10):
        until(lambda: f"{LATER} {n}<" in bob.log or not bob.read(0.1))
    ask(bob)
    for n in range(10):
        once(bob, f"{LATER} {n}")
    bob.end()


def case_archived():
    """So they are in the archive, though other tries are in it, too."""
    bob = login("bob")
    bob.send("<iq type='set' id='mam'><query xmlns='urn:xmpp:mam:2'><set "
             "xmlns='http://jabber.org/protocol/rsm'><max>200</max><before/>"
             "</set></query></iq>")
    archive = bob.expect(".*id=[\"']mam[\"'].*?</iq>").group(0)
    for n in range(10):
        assert archive.count(f">{LATER} {n}<") == 1, (n, archive)
    bob.end()


def case_lost():
    """The server has it, and its word of that is lost: it comes once."""
    bob = login("bob")
    wait("ready")
    settle("release", "later 0")
    stanza(bob, "later 0")
    wait("there")
    outcome(held_before("later 0"), 'outcome="sent"')
    once(bob, "hold me later 0")
    bob.end()
    settle("release", "later 1")
    wait("offline")
    outcome(held_before("later 1"), 'outcome="sent"')
    bob = login("bob")
    stanza(bob, "later 1")
    once(bob, "hold me later 1")
    bob.end()


def case_far():
    """To another server, that may have it already: it is not sent again."""
    global PORT
    alice = login("alice")
    alice.chat("zed@far.example", "hold me 19", "d1")
    ident = held("hold me 19")
    PORT = int(wait("ready"))
    alice = login("alice")
    outcome(ident, 'outcome="doubtful"')
    is_told(alice, "not known whether it was sent")
    assert not rows("cup-search", "--event", "send", "--verdict", "pass",
                    "journal", "hold me 19")
    alice.end()


def held_before(word):
    return [r[0] for r in rows("cup-search", "--verdict", "hold", "journal")
            if word in r[8]][-1]


for name in sys.argv[3:]:
    print("case", name, flush=True)
    globals()["case_" + name]()
