# SPDX-License-Identifier: ISC
"""How a user is told of a refusal: notice.py PORT error|message|both CASE...

The node's policy rejects what says "forbidden" in any stanza that is sent with
the text "not this word", with marks of XML in it, and its own messages that
say "unheard". With events all.
"""
import re
import subprocess
import sys

from xmpp_raw import DOMAIN, SM, Raw

PORT, HOW = int(sys.argv[1]), sys.argv[2]
TEXT = "not &lt;this> &amp; \"that\" word"
BOB = f"bob@{DOMAIN}"
count = 0


def stanzas(c):
    """All that has come by the time that a ping is back."""
    global count
    count += 1
    c.send(f"<iq type='get' id='ping{count}' to='{DOMAIN}'>"
           "<ping xmlns='urn:xmpp:ping'/></iq>")
    got = c.expect(f"(.*)<iq [^>]*id=[\"']ping{count}[\"'][^>]*>").group(1)
    return re.findall(r"<(?:message|iq|presence)\b.*?</(?:message|iq|presence)>",
                      got, re.S)


def is_notice(c, stanza, text=TEXT):
    def attribute(name):
        return re.search(rf"^[^>]* {name}=\"([^\"]*)\"", stanza).group(1)
    assert re.match("<message ", stanza), stanza
    assert attribute("from") == DOMAIN and attribute("to") == c.jid, stanza
    assert attribute("type") == "chat" and attribute("id"), stanza
    body = re.search("<body>(.*)</body>", stanza).group(1)
    assert body.replace("&gt;", ">").replace("&quot;", '"') == text, stanza
    # It is on disk by now, and its verdict is.
    found = subprocess.run(
        ["cup-search", "--event", "recv", "--from", DOMAIN, "journal"],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = [line.split("\t") for line in found.splitlines()]
    assert any(attribute("id") in row[8] and row[5] == "pass"
               for row in rows), (stanza, rows)


def is_error(stanza, ident, condition="policy-violation"):
    assert re.match(f"<[a-z]+ [^>]*id=[\"']{ident}[\"'][^>]*type=[\"']error",
                    stanza), stanza
    assert f"<{condition} " in stanza, stanza


def told(c, got, ident):
    """As is set: by an error, by a message, by both in this order."""
    expected = {"error": 1, "message": 1, "both": 2}[HOW]
    assert len(got) == expected, got
    if HOW != "message":
        is_error(got[0], ident)
    if HOW != "error":
        is_notice(c, got[-1])


def login(sm=False):
    c = Raw(PORT).login("alice", "desk", sm=sm, presence=False)
    stanzas(c)
    return c


def case_chat():
    c = login()
    c.chat(BOB, "forbidden", "c1")
    told(c, stanzas(c), "c1")
    c.chat(BOB, "forbidden again", "c2")
    c.chat(BOB, "and forbidden", "c3")
    got = stanzas(c)
    told(c, got[:len(got) // 2], "c2")
    told(c, got[len(got) // 2:], "c3")
    c.end()


def case_room():
    """Who says it in a room is told privately."""
    c = login()
    c.send(f"<message to='hall@rooms.{DOMAIN}' type='groupchat' id='g1'>"
           "<body>forbidden</body></message>")
    told(c, stanzas(c), "g1")
    c.end()


def case_iq():
    """RFC 6120 section 8.2.3: an iq has its answer; a join, too."""
    c = login()
    c.send(f"<iq to='{BOB}/home' type='set' id='i1'><x xmlns='u:x'>forbidden"
           "</x></iq>")
    got = stanzas(c)
    assert len(got) == 1, got
    is_error(got[0], "i1")
    c.send(f"<presence to='hall@rooms.{DOMAIN}/alice' id='p1'>"
           "<status>forbidden</status></presence>")
    got = stanzas(c)
    assert len(got) == 1, got
    is_error(got[0], "p1")
    c.end()


def case_wordless():
    """Of what nobody wrote nobody is told in words."""
    c = login()
    c.send(f"<message to='{BOB}' type='chat' id='w1'><composing xmlns="
           "'http://jabber.org/protocol/chatstates'/>"
           "<x xmlns='u:x'>forbidden</x></message>")
    got = stanzas(c)
    assert len(got) == 1, got
    is_error(got[0], "w1")
    c.end()


def case_unheard():
    """Where the policy refuses the message, too, there is the error."""
    c = login()
    c.chat(BOB, "unheard", "u1")
    got = stanzas(c)
    assert len(got) == 1, got
    is_error(got[0], "u1")
    c.end()


def case_order():
    """What comes behind is not held up, nor does it overtake."""
    bob = Raw(PORT).login("bob", "home")
    c = login(sm=True)
    for n in range(20):
        c.chat(BOB, f"{'forbidden' if n % 2 else 'open'} {n}", f"o{n}")
    for n in range(0, 20, 2):
        bob.expect(f"<body>open {n}</body>")
    got = stanzas(c)
    each = len(got) // 10
    for n in range(10):
        told(c, got[n * each:(n + 1) * each], f"o{2 * n + 1}")
    assert "forbidden" not in bob.log
    bob.end()
    c.end()


def case_cut():
    """Who was cut off is told once he is back, and only once."""
    c = login(sm=True)
    handled = 1
    c.chat(BOB, "forbidden", "k1")
    c.send(f"<r xmlns='{SM}'/>")
    # Its server's word of it comes behind what tells of it.
    c.expect("not .*<a [^>]*>")
    c.cut()
    again = Raw(PORT)
    again.jid = c.jid
    again.resume("alice", c.sm_id, handled)
    again.expect("<resumed [^>]*>")
    told(again, stanzas(again), "k1")
    again.end()


def case_stopped():
    """The pipeline stands still: what tells of it cannot be judged either."""
    c = login()
    print("ready", flush=True)
    sys.stdin.readline()
    c.chat(BOB, "open", "s1")
    c.expect("</message>.*</message>" if HOW == "both" else "</message>", 20)
    if HOW != "message":
        assert re.search("id=\"s1\" type=\"error\".*<resource-constraint ",
                         c.log), c.log
    if HOW != "error":
        assert re.search(f"<message [^>]*from=\"{DOMAIN}\"[^>]*><body>could "
                         "not be recorded in time, and was not delivered<",
                         c.log), c.log
    print("told", flush=True)
    sys.stdin.readline()
    c.cut()


for name in sys.argv[3:]:
    print("case", name, flush=True)
    globals()["case_" + name]()
