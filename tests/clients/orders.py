# SPDX-License-Identifier: ISC
"""Stream management (XEP-0198) in odd orders: orders.py PORT CASE...

The node's pipeline keeps received messages that say "late N" back for N
seconds, and its policy rejects "forbidden" with the text "not this word".
"""
import re
import sys
import time

from xmpp_raw import HEADER, SM, Raw

PORT = int(sys.argv[1])
ENABLE = f"<enable xmlns='{SM}'/>"
UNEXPECTED = "<failed [^>]*><unexpected-request [^>]*></failed>"


def pair(name, sm=False, user="alice"):
    """Alice or another, and Bob, of whose messages it is known when they are there."""
    return (Raw(PORT).login(user, name, sm=sm),
            Raw(PORT).login("bob", name, sm=True))


def held(sender, to, *words):
    """The server has these messages, and so the node, for the recipient."""
    count = sender.acked()
    for word in words:
        sender.chat(to.jid, word)
    while sender.acked() < count + len(words):
        pass


def hears(to, sender, word):
    """They still talk."""
    sender.chat(to.jid, word)
    to.expect(f"<body>{word}</body>")


def case_second_enable():
    """The issue's order: it ended the node."""
    a, b = pair("twice")
    held(b, a, "late 0.5", "behind")
    a.send(ENABLE + f"<message to='{b.jid}' type='chat' id='bad'><body>"
           f"forbidden</body></message>{ENABLE}{ENABLE}")
    a.expect("late 0.5.*behind.*<enabled ")
    for pattern in UNEXPECTED + ".*" + UNEXPECTED, "not this word":
        if not re.search(pattern, a.log, re.S):
            a.expect(pattern)
    hears(b, a, "one")
    hears(a, b, "two")
    assert a.acked() == 2, a.log
    a.end()
    b.end()


def case_misplaced():
    a = Raw(PORT)
    a.starttls()
    a.send(HEADER)
    a.expect("</stream:features>")
    odd = [f"<r xmlns='{SM}'/>", f"<a xmlns='{SM}' h='0'/>", ENABLE,
           f"<resume xmlns='{SM}' previd='x' h='0'/>", f"<x xmlns='{SM}'/>",
           "<r xmlns='urn:xmpp:sm:2'/>"]
    for element in odd:
        a.send(element)
        a.expect(UNEXPECTED)
    a.cut()
    a, b = pair("misplaced")
    for element in odd[:2] + odd[3:]:
        a.send(element)
        a.expect(UNEXPECTED)
    a.enable()
    for element in odd[2:5]:
        a.send(element)
        a.expect(UNEXPECTED)
    for h in "", "h='-1'", "h='4294967296'", "h='x'":
        a.send(f"<a xmlns='{SM}' {h}/>")
        a.expect("<failed [^>]*><bad-request ")
    hears(b, a, "one")
    hears(a, b, "two")
    assert a.acked() == 1, a.log
    a.end()
    b.end()


def case_second_bind():
    """The server answers it, and the stream lives."""
    a, b = pair("again", sm=True)
    before = a.acked()
    a.send("<iq type='set' id='b2'><bind xmlns="
           "'urn:ietf:params:xml:ns:xmpp-bind'><resource>other</resource>"
           "</bind></iq>")
    a.expect('<iq [^>]*id="b2"[^>]*type="error"|'
             '<iq [^>]*type="error"[^>]*id="b2"')
    assert a.acked() == before + 1, a.log
    hears(b, a, "from the first")
    assert f'from="{a.jid}"' in b.log, b.log
    hears(a, b, "to the first")
    a.end()
    b.end()


def case_acknowledged_when_told():
    """What the server has is not acknowledged before its error is there."""
    a, b = pair("told", sm=True)
    held(b, a, "late 3")
    a.chat(b.jid, "good", "g")
    a.chat(b.jid, "forbidden", "bad")
    end = time.monotonic() + 10
    while "h=\"3\"" not in a.log and time.monotonic() < end:
        a.send(f"<r xmlns='{SM}'/>")
        a.read(0.1)
    before = a.log[:a.log.index("not this word")]
    assert "<a xmlns=\"urn:xmpp:sm:3\" h=\"2\"/>" in before, a.log
    assert "<a xmlns=\"urn:xmpp:sm:3\" h=\"3\"/>" not in before, a.log
    assert "late" not in a.log, a.log
    a.expect("late 3.*?</message>")
    a.end()
    b.end()


def case_early_then_resumed():
    """An error that came before its turn is counted by the client."""
    a, b = pair("early", sm=True, user="dave")
    a.handled = len(re.findall("<(presence|iq|message) ",
                               a.log[a.log.index("<enabled "):]))
    held(b, a, "late 3", "behind")
    a.chat(b.jid, "forbidden", "bad")
    a.expect("not this word.*?</message>")
    a.handled += 1
    a.send(f"<a xmlns='{SM}' h='{a.handled}'/>")
    a.cut()
    c = Raw(PORT)
    c.resume("dave", a.sm_id, a.handled)
    c.expect("<resumed ")
    c.expect("late 3.*behind.*?</message>")
    c.send(f"<a xmlns='{SM}' h='{a.handled + 2}'/>")
    c.jid = a.jid
    hears(b, c, "one")
    hears(c, b, "two")
    for text, times in ("not this word", 0), ("late 3", 1), ("behind", 1):
        assert c.log.count(text) == times, c.log
    c.end()
    b.end()


for name in sys.argv[2:]:
    globals()["case_" + name]()
