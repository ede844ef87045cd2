# SPDX-License-Identifier: ISC
"""What the options of a node change: options.py PORT CASE...

PORT is that of the node on 127.0.0.1, or on [::1] if it begins with 6:. The
policy is that of live-options.bats; every case exits with an error if what it
expects does not hold."""
import re
import socket
import ssl
import sys
import time

from xmpp_raw import DOMAIN, HEADER, SM, Raw

PORT = int(sys.argv[1].removeprefix("6:"))
HOST = "::1" if sys.argv[1].startswith("6:") else "127.0.0.1"
ALICE, BOB = f"alice@{DOMAIN}", f"bob@{DOMAIN}"


def node(tls=True):
    return Raw(PORT, tls=tls, host=HOST)


def pair():
    return (node().login("bob", "home"), node().login("alice", "desk"))


def one_error(c, ident, more="policy-violation"):
    """Exactly one stanza with that id comes, and it is an error; what shows
    that no other came is an answer to a later ping."""
    c.send(f"<iq type='get' id='after-{ident}' to='{DOMAIN}'>"
           "<ping xmlns='urn:xmpp:ping'/></iq>")
    c.expect(f"<iq [^>]*id=[\"']after-{ident}[\"'][^>]*>")
    got = re.findall(f"<(?:iq|presence|message) [^>]*id=[\"']{ident}[\"']"
                     "[^>]*>", c.log)
    assert len(got) == 1 and re.search("type=[\"']error[\"']", got[0]), c.log
    assert more in c.log, c.log


def case_chat():
    b, a = pair()
    a.chat(BOB, "as ever")
    b.expect("as ever")
    a.end(), b.end()


def case_optional():
    """Without TLS and with it; it is offered, but not required."""
    c = node(tls=False)
    c.send(HEADER)
    text = c.expect("<stream:features.*?</stream:features>").group(0)
    assert "<starttls" in text and "<required" not in text, text
    assert "<mechanism" in text, text
    c.cut()
    node(tls=False).login("alice", "plain").end()
    node().login("alice", "secured").end()


def case_optional_at_once():
    """Nothing of the stream before TLS is left in the one behind it."""
    c = node()
    c.send(HEADER + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    c.expect("<proceed[^>]*>")
    time.sleep(0.5)
    c.secure()
    c.refuse("<", 0.5)
    c.tls = False
    c.login("alice", "desk").end()
    c = node()
    c.send(HEADER + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
           "<presence/>")
    c.expect("<policy-violation ")
    c.closed()
    # Once logged in it is too late.
    c = node(tls=False).login("alice", "plain")
    c.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    c.expect("<failure [^>]*xmpp-tls")
    c.closed()


def case_none():
    """TLS is not offered, and not there."""
    c = node(tls=False)
    c.send(HEADER)
    text = c.expect("<stream:features.*?</stream:features>").group(0)
    assert "starttls" not in text and "<mechanism" in text, text
    c.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    c.expect("<failure [^>]*xmpp-tls.*</stream:stream>")
    c.closed()
    node(tls=False).login("alice", "plain").end()
    c = node()
    try:
        c.secure()
    except OSError:
        return
    raise AssertionError("direct TLS was taken")


def old_tls(c):
    """TLS 1.1 and no newer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        context.wrap_socket(c, server_hostname=DOMAIN)
    except ssl.SSLError as error:
        # The peer's word, not our own library's.
        assert "alert" in str(error).lower(), error
        return
    raise AssertionError("TLS 1.1 was taken")


def case_old_tls():
    old_tls(socket.create_connection((HOST, PORT), 10))
    c = node()
    c.send(HEADER)
    c.expect("</stream:features>")
    c.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    c.expect("<proceed[^>]*>")
    old_tls(c.socket)


def case_hold():
    """The pipeline stands still: nothing is told, all goes on later."""
    b, a = pair()
    print("ready", flush=True)
    sys.stdin.readline()
    a.chat(BOB, "patience", "h1")
    b.refuse("patience", 2)
    a.refuse("h1", 0.1)
    print("held", flush=True)
    sys.stdin.readline()
    b.expect("patience", 15)
    assert "error" not in a.log.replace("<stream:error", ""), a.log
    a.end(), b.end()


def case_presence():
    """A refused presence is answered by one error, and goes nowhere."""
    b, a = pair()
    a.send(f"<presence to='{BOB}/home' id='p1'><status>forbidden</status>"
           "</presence>")
    one_error(a, "p1")
    a.send(f"<presence to='{BOB}/home' id='p2'><status>fine</status>"
           "</presence>")
    b.expect("<status>fine</status>")
    assert "forbidden" not in b.log, b.log
    a.end(), b.end()


def case_iq():
    """A refused request is answered once, what answers never."""
    b, a = pair()
    a.send(f"<iq type='set' id='i1' to='{BOB}/home'>"
           "<query xmlns='urn:example:q'>forbidden</query></iq>")
    one_error(a, "i1")
    a.send(f"<iq type='get' id='i2' to='{BOB}/home'>"
           "<query xmlns='urn:example:q'>allowed</query></iq>")
    b.expect("<iq [^>]*i2[^>]*>.*?allowed.*?</iq>")
    assert "forbidden" not in b.log, b.log
    # The answer is refused: it is dropped, and bob gets no error for it.
    b.send(f"<iq type='result' id='i2' to='{ALICE}/desk'>"
           "<query xmlns='urn:example:q'>forbidden</query></iq>")
    b.send(f"<iq type='get' id='i3' to='{DOMAIN}'>"
           "<ping xmlns='urn:xmpp:ping'/></iq>")
    b.expect("<iq [^>]*id=[\"']i3[\"'][^>]*>")
    assert len(re.findall("id=[\"']i2[\"']", b.log)) == 1, b.log
    assert "forbidden" not in a.log.replace("i1", ""), a.log
    a.end(), b.end()


def case_ibb():
    """In-band bytes (XEP-0047) are stopped at the first refused block."""
    b, a = pair()
    ns = "http://jabber.org/protocol/ibb"
    a.send(f"<iq type='set' id='o1' to='{BOB}/home'><open xmlns='{ns}' "
           "block-size='4096' sid='s1' stanza='iq'/></iq>")
    b.expect("<open [^>]*s1[^>]*/>|<open [^>]*s1[^>]*></open>")
    b.send(f"<iq type='result' id='o1' to='{ALICE}/desk'/>")
    a.expect("<iq [^>]*id=[\"']o1[\"']")
    a.send(f"<iq type='set' id='d1' to='{BOB}/home'><data xmlns='{ns}' "
           "seq='0' sid='s1'>forbiddenAAA</data></iq>")
    one_error(a, "d1")
    b.refuse("forbidden", 0.3)
    a.end(), b.end()


def case_told_once():
    """Whose message bob may not get is told by the component, once."""
    b, a = pair()
    a.chat(BOB, "secret", "s1")
    a.expect("<message [^>]*id=[\"']s1[\"'].*?policy-violation.*?</message>")
    one_error(a, "s1")
    a.send(f"<message to='{BOB}/home' type='error' id='s2'><body>secret"
           "</body><error type='cancel'/></message>")
    # A request that is refused on its way in is answered as well.
    a.send(f"<iq type='get' id='s3' to='{BOB}/home'>"
           "<query xmlns='urn:example:q'>secret</query></iq>")
    a.expect("<iq [^>]*id=[\"']s3[\"'].*?policy-violation.*?</iq>")
    one_error(a, "s3")
    b.refuse("secret", 0.3)
    assert not re.search("id=[\"']s2[\"']", a.log), a.log
    a.end(), b.end()


def case_room():
    """What is refused to those in a room throws nobody out of it."""
    b, a = pair()
    room = f"tea@rooms.{DOMAIN}"
    for c, nick in ((a, "al"), (b, "bo")):
        c.send(f"<presence to='{room}/{nick}'>"
               "<x xmlns='http://jabber.org/protocol/muc'/></presence>")
        c.expect("<status [^>]*code=[\"']110[\"'].*?</presence>")
        c.expect("<subject")
    # Of both copies the sender in the room is told.
    a.send(f"<message to='{room}' type='groupchat' id='g1'>"
           "<body>secret</body></message>")
    for nick in "al", "bo":
        a.expect("type=[\"']error[\"'].*?policy-violation")
    a.send(f"<message to='{room}' type='groupchat' id='g2'>"
           "<body>open</body></message>")
    for c in a, b:
        c.expect("<message[^>]*groupchat.*?<body>open</body>")
        assert "secret" not in c.log, c.log
        assert not re.search("<presence [^>]*unavailable", c.log), c.log
    a.end(), b.end()


def case_direct_only():
    c = node()
    c.send(HEADER)
    c.closed()
    c = node(tls=False)
    c.secure()
    c.login("alice", "desk").end()


def case_two_at_most():
    one, two = (node().login("alice", name) for name in ("one", "two"))
    three = node()
    three.expect("<resource-constraint .*too many connections.*"
                 "</stream:stream>")
    three.closed()
    one.end(), two.end()


def case_domain():
    """Only its own domains are taken, in any case of letters."""
    c = node()
    c.starttls()
    c.send(HEADER.replace(DOMAIN, "other.localhost"))
    c.expect("<host-unknown .*</stream:stream>")
    c.closed()
    c = node()
    c.send(HEADER.replace(DOMAIN, "other.localhost"))
    c.expect("<host-unknown .*</stream:stream>")
    c.closed()
    c = node()
    c.starttls()
    c.send(HEADER.replace(DOMAIN, DOMAIN.upper()))
    c.expect("<mechanism.*</stream:features>")
    c.cut()
    node().login("alice", "desk").end()


def case_unreachable():
    c = node()
    c.starttls()
    c.send(HEADER)
    c.expect("<remote-connection-failed ")
    c.closed()


def case_strange_domains():
    for name in (".acme.localhost", "*.localhost", "a&amp;b", "x/acme",
                 "a" * 300, "x." * 200 + "x"):
        c = node()
        c.starttls()
        c.send(HEADER.replace(DOMAIN, name))
        c.expect("<host-unknown .*</stream:stream>")
        c.closed()
    c = node()
    c.starttls()
    c.send(re.sub(" to='[^']*'", "", HEADER))
    c.expect("<improper-addressing .*</stream:stream>")
    c.closed()


for name in sys.argv[2:]:
    globals()["case_" + name]()
    print("ok", name)
