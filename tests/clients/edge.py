# SPDX-License-Identifier: ISC
"""Edges of the protocol: edge.py PORT CASE...; exits 0 if all hold.

The node's policy: bodies with "forbidden" are rejected by rule "word", with
the text "not this word".
"""
import hashlib
import os
import re
import socket
import sys
import time

from xmpp_raw import DOMAIN, HEADER, SM, Raw, wait

PORT = int(sys.argv[1])
ALICE, BOB = f"alice@{DOMAIN}", f"bob@{DOMAIN}"


def fresh():
    """A stream behind TLS, before authentication."""
    c = Raw(PORT)
    c.starttls()
    return c


def case_tls_required():
    c = Raw(PORT)
    c.send(HEADER)
    c.expect("<stream:features><starttls[^>]*><required/></starttls>"
             "</stream:features>")
    c.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
           "mechanism='PLAIN'>AGEAYg==</auth>")
    c.expect("<not-authorized ")
    c.closed()


def case_bytes_behind_starttls():
    c = Raw(PORT)
    c.send(HEADER)
    c.expect("</stream:features>")
    c.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
           "<presence/>")
    c.expect("<policy-violation ")
    c.closed()
    # But for the line feed that some send.
    c = Raw(PORT)
    c.send(HEADER)
    c.expect("</stream:features>")
    c.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\n")
    c.expect("<proceed[^>]*>")
    c.secure()
    c.send(HEADER)
    c.expect("<mechanism.*</stream:features>")
    c.cut()


def case_features():
    c = fresh()
    c.send(HEADER)
    text = c.expect("<stream:features.*</stream:features>").group(0)
    assert "starttls" not in text and "compression" not in text, text
    assert "SCRAM-SHA-1" in text and "PLUS" not in text, text
    # Never more than the node takes; the server may announce less at first.
    announced = re.search("<max-bytes>([0-9]+)</max-bytes>", text)
    assert int(announced.group(1)) in (10000, 262144), text
    c.end()


def bad_xml(text, condition):
    c = Raw(PORT).login("alice", "bad")
    c.send(text)
    c.expect(f"<stream:error.*<{condition} .*</stream:stream>")
    c.closed()


def case_restricted_xml():
    bad_xml("<message><!-- x --></message>", "restricted-xml")
    bad_xml("<message><?x y?></message>", "restricted-xml")
    bad_xml("<message>&other;</message>", "restricted-xml")
    bad_xml("<!DOCTYPE x []>", "restricted-xml")


def case_not_well_formed():
    bad_xml("<message><a></b></message>", "not-well-formed")
    bad_xml("<message a='1' a='2'/>", "not-well-formed")
    bad_xml("<x:message/>", "not-well-formed")
    bad_xml("<message>\x01</message>", "not-well-formed")
    bad_xml(b"<message>\xff</message>", "not-well-formed")
    bad_xml("text", "not-well-formed")
    bad_xml("<message xmlns='jabber:server'/>", "unsupported-stanza-type")


def case_depth():
    c = Raw(PORT).login("alice", "deep")
    c.send("<message id='deep'>" + "<a>" * 200 + "</a>" * 200 + "</message>")
    c.expect("<message [^>]*id=\"deep\" type=\"error\".*nested deeper than")
    c.end()


def case_content_namespace():
    """Else a <c:message/> would be judged as another than is sent."""
    for own in ("", "xmlns:c='jabber:client'", "xmlns='jabber:server'",
                "xmlns=''", "xmlns='jabber:client '"):
        c = Raw(PORT)
        c.send(HEADER.replace("xmlns='jabber:client'", own))
        c.expect("<stream:error><invalid-namespace ")
        c.closed()


def case_early_stanza():
    c = Raw(PORT)
    c.auth("alice")
    c.chat(BOB, "too early")
    c.expect('<message (?=[^>]*type="error")[^>]*id="m1".*?'
             "<service-unavailable .*?</message>")
    c.send("<presence/><iq type='result' id='r'/>")
    c.bind("late")
    c.end()
    c = fresh()
    c.send(HEADER)
    c.expect("</stream:features>")
    c.chat(BOB, "too early")
    c.expect("<not-authorized ")
    c.closed()


def case_stamped():
    """A false sender is put right, white space survives."""
    a = Raw(PORT).login("alice", "desk")
    b = Raw(PORT).login("bob", "home")
    a.send(f"<message from='carol@{DOMAIN}/x' to='{BOB}/home' type='chat'>"
           "<body>one\ntwo\tthree &lt;</body></message>")
    got = b.expect("<message[^>]*home[^>]*>(?:(?!<message).)*</message>").group(0)
    assert f'from="{ALICE}/desk"' in got or f"from='{ALICE}/desk'" in got, got
    assert "one\ntwo\tthree &lt;" in got, got
    a.end(), b.end()


def case_refused():
    a = Raw(PORT).login("alice", "desk")
    b = Raw(PORT).login("bob", "home")
    a.chat(BOB, "forbidden", "r1")
    a.expect('<message[^>]*id="r1"[^>]*type="error".*<policy-violation .*'
             "not this word.*</message>")
    a.chat(BOB, "allowed", "r2")
    b.expect("allowed")
    assert "forbidden" not in b.log
    a.end(), b.end()


def case_refused_managed():
    """One for one: the counters stay true, also over a resume."""
    b = Raw(PORT).login("bob", "home")
    a = Raw(PORT).login("alice", "desk", sm=True)
    base = a.acked()
    a.chat(BOB, "forbidden", "r1")
    a.expect('id="r1"[^>]*type="error".*?</message>')
    assert a.acked() == base + 1
    a.send(f"<message to='{BOB}' type='error' id='e1'><body>forbidden"
           "</body><error type='cancel'/></message>")
    a.chat(BOB, "allowed one", "r2")
    b.expect("allowed one")
    assert a.acked() == base + 3
    assert 'id="e1"' not in a.log
    a.cut()
    c = Raw(PORT)
    # Nothing was acknowledged: all is sent again, the error too.
    c.resume("alice", a.sm_id, 0)
    h = int(c.expect("<resumed [^>]*h=[\"'](\\d+)").group(1))
    assert h == base + 3, (h, base)
    c.expect('id="r1"[^>]*type="error".*?</message>')
    c.chat(BOB, "allowed two", "r3")
    b.expect("allowed two")
    assert c.acked() == base + 4
    c.end(), b.end()


def case_refused_to_client():
    """What bob may not get is replaced; his counter stays true."""
    b = Raw(PORT).login("bob", "home", sm=True)
    a = Raw(PORT).login("alice", "desk")
    a.chat(BOB, "secret", "s1")
    b.expect("<iq [^>]*type=\"result\"[^>]*/>")
    a.chat(BOB, "open", "s2")
    b.expect("open")
    assert "secret" not in b.log, b.log
    n = b.log.count("<message") + b.log.count("<presence") + \
        b.log.count("<iq ") - 1  # the bind result came before
    b.send(f"<a xmlns='{SM}' h='{n}'/>")
    b.chat(ALICE, "still here", "s3")
    a.expect("still here")
    assert "handled-count" not in b.log
    a.end(), b.end()


def case_resume_unknown():
    c = Raw(PORT)
    c.resume("alice", "nobody", 0)
    c.expect("<failed [^>]*><item-not-found ")
    c.bind("again")
    c.enable()
    c.end()


def case_oversize():
    a = Raw(PORT).login("alice", "desk")
    b = Raw(PORT).login("bob", "home")
    a.chat(BOB, "x" * 300000, "big")
    a.expect('id="big"[^>]*type="error".*policy-violation.*262144.*'
             "</message>")
    a.chat(BOB, "small", "small")
    b.expect("small")
    a.end(), b.end()


def case_login_refused():
    """carol may not log in."""
    c = Raw(PORT)
    c.auth("carol")
    c.send("<iq type='set' id='b'><bind xmlns="
           "'urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
           f"<message to='{BOB}'><body>sneaked</body></message>")
    c.expect('<iq [^>]*type="error".*<not-allowed .*<policy-violation ')
    c.closed()


def case_gone_in_hold():
    """What is slow is decided late: alice is gone by then, bob still gets it."""
    b = Raw(PORT).login("bob", "home")
    a = Raw(PORT).login("alice", "desk")
    a.chat(BOB, "slow 1 one")
    a.cut()
    print("sent", flush=True)
    b.expect("slow 1 one")
    b.end()


def case_request_overtakes():
    a = Raw(PORT).login("alice", "desk", sm=True)
    base = a.acked()
    # To nobody who would wait for it as long again.
    a.chat(f"carol@{DOMAIN}", "slow 3 two")
    start = time.monotonic()
    a.send(f"<r xmlns='{SM}'/>")
    h = int(a.expect("<a [^>]*h=[\"'](\\d+)", 5).group(1))
    took = time.monotonic() - start
    assert h == base and 0.9 < took < 2.5, (h, base, took)
    # Once it is decided the node asks by itself.
    h = int(a.expect("<a [^>]*h=[\"'](\\d+)", 6).group(1))
    assert h == base + 1, (h, base)
    a.end()


def case_order():
    """Nothing overtakes what is held, in either direction."""
    a = Raw(PORT).login("alice", "desk")
    b = Raw(PORT).login("bob", "home")
    a.chat(BOB, "slow 1 three")
    for i in range(20):
        a.chat(BOB, f"fast {i}")
    a.send("<iq type='get' id='p' to='" + DOMAIN +
           "'><ping xmlns='urn:xmpp:ping'/></iq>")
    b.expect("slow 1 three")
    for i in range(20):
        b.expect(f"fast {i}<")
    a.expect('id="p"')
    a.end(), b.end()


def case_half_stanza():
    a = Raw(PORT).login("alice", "desk")
    a.send(f"<message to='{BOB}'><body>half")
    a.cut()


def case_bounced():
    """Nothing decides: the sender learns it, bob never gets it."""
    b = Raw(PORT).login("bob", "home")
    a = Raw(PORT).login("alice", "desk")
    print("ready", flush=True)
    sys.stdin.readline()
    a.chat(BOB, "into the void", "v1")
    a.expect('id="v1"[^>]*type="error".*type="wait".*resource-constraint')
    print("bounced", flush=True)
    sys.stdin.readline()
    a.chat(BOB, "and on", "v2")
    b.expect("and on")
    assert "void" not in b.log, b.log
    a.end(), b.end()


def case_altered():
    """A stage that makes another stanza of it: nothing is released."""
    b = Raw(PORT).login("bob", "home")
    a = Raw(PORT).login("alice", "desk")
    for i, what in enumerate(("double", "close", "from", "to", "ident",
                              "kind", "swap", "open")):
        a.chat(BOB, f"make {what}", f"a{i}")
        a.expect(f'id="a{i}"[^>]*type="error".*internal-server-error')
    a.chat(BOB, "make better", "good")
    b.expect("made better")
    assert "make" not in b.log and "evil" not in b.log, b.log
    a.end(), b.end()


def case_undelivered():
    """Without cup-deliver nothing is let out, whatever is written."""
    c = Raw(PORT)
    c.auth("alice")
    c.send("<iq type='set' id='b'><bind xmlns="
           "'urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
    c.expect("<resource-constraint ")
    assert "<jid>" not in c.log
    c.closed()


def case_unreachable():
    c = fresh()
    c.send(HEADER)
    c.expect("<remote-connection-failed ")
    c.closed()


def case_too_many():
    """From one address two are allowed."""
    one, two = Raw(PORT), Raw(PORT)
    one.send(HEADER), two.send(HEADER)
    one.expect("</stream:features>"), two.expect("</stream:features>")
    three = Raw(PORT)
    three.expect("<policy-violation .*too many connections")
    three.closed()
    one.cut()
    # As soon as the node has seen that.
    end = time.monotonic() + 10
    while True:
        four = Raw(PORT)
        four.send(HEADER)
        if four.expect("</stream:(features|error)>").group(1) == "features":
            break
        assert time.monotonic() < end


def case_slow_login():
    c = fresh()
    c.expect("<connection-timeout .*</stream:stream>", 5)
    c.closed()
    d = Raw(PORT)
    d.closed(5)


def case_stopping():
    """SIGTERM: whoever waits for nothing is told at once, the held stanza of
    the other one still goes out."""
    b = Raw(PORT).login("bob", "home")
    a = Raw(PORT).login("alice", "desk")
    a.chat(BOB, "slow 1.5 last words", "l1")
    print("ready", flush=True)
    a.expect("<system-shutdown ")
    b.expect("<system-shutdown ")
    a.closed(), b.closed()


def case_last():
    """SIGTERM while something is held for one who gets it by the server: it
    comes, and then the end; with stream management the server keeps it."""
    b = Raw(PORT).login("bob", "home")
    d = Raw(PORT).login("alice", "desk", sm=True)
    c = Raw(int(os.environ["C2S"]), tls=False).login("carol", "desk")
    wait("ready")
    c.chat(BOB, "come at the end", "l1")
    c.chat(ALICE, "kept at the end", "l2")
    wait("sent")
    b.expect("come at the end.*<system-shutdown .*</stream:stream>")
    b.closed()
    d.expect("<system-shutdown ")
    assert "kept at the end" not in d.log
    d.closed()
    d = Raw(int(os.environ["C2S"]), tls=False).login("alice", "later")
    d.expect("kept at the end")


def case_stays_there():
    """Who is told that all is over, and closes nothing."""
    a = Raw(PORT).login("alice", "desk")
    wait("ready")
    a.expect("<system-shutdown .*</stream:stream>")
    a.closed()
    wait("told")


def case_certificate():
    der = fresh().socket.getpeercert(True)
    print(hashlib.sha256(der).hexdigest())


def case_stays():
    """One client over a reload."""
    a = Raw(PORT).login("alice", "desk")
    b = Raw(PORT).login("bob", "home")
    print("ready", flush=True)
    for i in range(100):
        a.chat(BOB, f"number {i}")
        b.expect(f"number {i}<")
        time.sleep(0.01)
    a.end(), b.end()


def case_told():
    b = Raw(PORT).login("bob", "home", sm=True)
    a = Raw(PORT).login("alice", "desk")
    a.chat(BOB, "secret", "s1")
    a.expect('id=["\']s1["\'].*policy-violation')
    a.end(), b.end()


def case_passed():
    b = Raw(PORT).login("bob", "home")
    a = Raw(PORT).login("alice", "desk")
    print("ready", flush=True)
    sys.stdin.readline()
    a.chat(BOB, "let through", "v1")
    b.expect("let through", 15)
    a.end(), b.end()


def case_crowd():
    """More come than there are files for."""
    b = Raw(PORT).login("bob", "home")
    a = Raw(PORT).login("alice", "desk")
    crowd = [Raw(PORT) for _ in range(60)]
    time.sleep(1)
    a.chat(BOB, "still here")
    b.expect("still here")
    for c in crowd:
        c.cut()
    time.sleep(2)
    Raw(PORT).login("alice", "later").end()
    a.end(), b.end()


def case_proxied():
    c = socket.create_connection(("127.0.0.1", PORT))
    c.sendall(b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 5222\r\n")
    r = Raw.__new__(Raw)
    r.socket, r.text, r.log, r.tls = c, "", "", True
    r.login("alice", "far").end()


def case_unproxied():
    c = Raw(PORT)
    c.send(HEADER)
    c.closed()


for name in sys.argv[2:]:
    globals()["case_" + name]()
    print("ok", name)
