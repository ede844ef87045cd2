# SPDX-License-Identifier: ISC
"""What senders are told while others decide: told.py PORT CASE. A word
is said, and a line awaited, where the test is to act."""
import sys

from xmpp_raw import DOMAIN, SM, Raw, wait

PORT = int(sys.argv[1])
HOME = f"bob@{DOMAIN}/home"


def told_in_hold():
    """Alice, told of what she sent while what she receives is held."""
    a = Raw(PORT).login("alice", "desk", sm=True, presence=False)
    b = Raw(PORT).login("bob", "home", presence=False)
    start = len(a.log)
    b.chat(a.jid, "slow to come", "s1")
    a.refuse("slow to come", 0.5)
    a.chat(HOME, "undecided", "v1")
    a.expect('<message[^>]*id="v1"[^>]*type="error".*?</message>', 5)
    assert "slow to come" not in a.log, a.log
    # All that came was that error.
    a.send(f"<a xmlns='{SM}' h='1'/>")
    assert a.log[start:].count("<message") == 1, a.log
    return a, b


def case_told_in_hold():
    a, b = told_in_hold()
    wait("told")
    a.expect("slow to come")
    a.send(f"<a xmlns='{SM}' h='2'/>")
    b.chat(a.jid, "and on", "s2")
    a.expect("and on")
    assert a.log.count('id="v1"') == 1 and "handled" not in a.log, a.log
    a.end(), b.end()


def case_told_then_cut():
    """Who counts that error is not led to miss what was held, and a session
    whose resumption cannot be recorded is not lost."""
    a, b = told_in_hold()
    a.cut()
    c = Raw(PORT)
    c.resume("alice", a.sm_id, 1)
    c.expect("<resource-constraint")
    wait("told")
    c = Raw(PORT)
    c.resume("alice", a.sm_id, 1)
    c.expect("<resumed ")
    c.expect("slow to come")
    assert 'id="v1"' not in c.log, c.log
    c.end(), b.end()


def case_wrong():
    """What a server answers wrongly is delivered to nobody."""
    a = Raw(PORT, tls=False).login("alice", "desk", presence=False)
    b = Raw(PORT, tls=False).login("bob", "home", presence=False)
    a.chat(HOME, "twice, and right", "t1")
    b.expect("twice")
    word = "ready"
    while name := wait(word):
        a.chat(HOME, f"wrong {name}", name)
        a.expect(f'<message[^>]*id="{name}"[^>]*type="error".*?</message>')
        word = name + " told"
    for n in range(40):
        a.chat(HOME, f"and on {n}", f"o{n}")
        try:
            b.expect("and on", 0.5)
            break
        except AssertionError:
            continue
    assert "and on" in b.log, a.log
    assert "wrong" not in b.log and b.log.count("twice") == 1, b.log
    a.end(), b.end()


globals()["case_" + sys.argv[2]]()
