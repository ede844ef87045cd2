# SPDX-License-Identifier: ISC
"""XMPP over WebSocket, by hand, through a node before a server:
web.py PORT CASE. TCP is the node's port for TCP where a case needs it."""
import base64
import os
import re
import socket
import sys

import websocket
from websocket import FRAMING

DOMAIN = "acme.localhost"
CLIENT = "jabber:client"
STREAM = "http://etherx.jabber.org/streams"
SM = "urn:xmpp:sm:3"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
PORT = int(sys.argv[1])
TCP = int(os.environ.get("TCP", 0))


class Web:
    """A stream whose elements are messages."""
    what = "websocket"

    def __init__(self):
        self.w = websocket.WebSocket(PORT).upgrade(
            websocket.request(os.environ.get("WEB_PATH", "/xmpp-websocket")))
        self.heard = []

    def open(self):
        self.w.open(DOMAIN)
        return self.until("<stream:features ")

    def send(self, text):
        self.w.say(text)

    def until(self, pattern):
        """The first message from here on that has it."""
        while True:
            self.heard.append(self.w.hear())
            if re.search(pattern, self.heard[-1]):
                return self.heard[-1]

    def cut(self):
        self.w.sock.close()


class Tcp:
    """The same over TCP; what was heard is one text."""
    what = "tcp"

    def __init__(self):
        self.sock = socket.create_connection(("127.0.0.1", TCP), 20)
        self.text = ""

    def open(self):
        self.send(f"<stream:stream xmlns='{CLIENT}' xmlns:stream='{STREAM}' "
                  f"to='{DOMAIN}' version='1.0'>")
        return self.until("</stream:features>")

    def send(self, text):
        self.sock.sendall(text.encode())

    def until(self, pattern):
        while not re.search(pattern, self.text):
            more = self.sock.recv(65536).decode()
            assert more, f"ended before {pattern}: {self.text}"
            self.text += more
        out, self.text = self.text, ""
        return out

    def cut(self):
        self.sock.close()


def authenticate(s, user):
    s.open()
    word = base64.b64encode(f"\0{user}\0pw".encode()).decode()
    s.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{word}</auth>")
    s.until("<success")
    return s.open()


def login(s, user, resource="w"):
    authenticate(s, user)
    s.send(f"<iq xmlns='{CLIENT}' type='set' id='b'><bind xmlns='{BIND}'>"
           f"<resource>{resource}</resource></bind></iq>")
    assert f"{user}@{DOMAIN}/{resource}" in s.until("id=[\"']b[\"']")
    s.send(f"<presence xmlns='{CLIENT}'/>")
    s.until("<presence")
    s.jid = f"{user}@{DOMAIN}/{resource}"
    return s


def chat(to, body, n=1):
    return (f"<message xmlns='{CLIENT}' to='{to}' type='chat' id='m{n}'>"
            f"<body>{body}</body></message>")


def talk():
    """Two clients do; one is refused, and its stream lives."""
    alice, bob = login(Web(), "alice"), login(Web(), "bob")
    for m in alice.heard:
        assert re.match(r"<[^ >]+ [^>]*xmlns", m), m
        assert "starttls" not in m, m
    alice.send(chat(bob.jid, "hello &lt;bob&gt; é"))
    got = bob.until("<body>")
    assert f'xmlns="{CLIENT}"' in got and "hello &lt;bob> é" in got, got
    bob.send(chat(alice.jid, "a secret"))
    got = bob.until("type=.error")
    assert "policy-violation" in got and 'id="m1"' in got, got
    bob.send(chat(alice.jid, "hello alice", 2))
    assert "hello alice" in alice.until("<body>")
    assert not any("secret" in m for m in alice.heard)
    alice.send(f"<close xmlns='{FRAMING}'/>")
    alice.until("<close ")
    assert alice.w.recv() == (8, b"\x03\xe8")


def oversize():
    """What is too large comes back and costs nothing else, as a message, as
    fragments, and with pings between them."""
    alice, bob = login(Web(), "alice"), login(Web(), "bob")
    big = chat(bob.jid, "x" * 400000).encode()
    alice.w.raw(websocket.frame(websocket.TEXT, big))
    assert "policy-violation" in alice.until("type=.error")
    parts = [big[i:i + 50000] for i in range(0, len(big), 50000)]
    for i, part in enumerate(parts):
        alice.w.raw(websocket.frame(0 if i else 1, part,
                                    fin=i == len(parts) - 1) +
                    websocket.frame(websocket.PING, b"%d" % i))
    assert "policy-violation" in alice.until("type=.error")
    alice.send(chat(bob.jid, "y" * 200000, 3))
    assert "y" * 200000 in bob.until("<body>")


def half():
    """A large message that ends inside its element ends the stream."""
    alice = login(Web(), "alice")
    alice.send(chat("bob@" + DOMAIN, "x" * 400000)[:-12])
    assert "not-well-formed" in alice.until("stream:error")
    alice = login(Web(), "alice")
    alice.send(chat("bob@" + DOMAIN, "1") + chat("bob@" + DOMAIN,
                                                 "x" * 400000))
    assert "not-well-formed" in alice.until("stream:error")


def enabled(s):
    s.send(f"<enable xmlns='{SM}' resume='true'/>")
    return re.search("<enabled[^>]* id=[\"']([^\"']*)",
                     s.until("<enabled")).group(1)


def elsewhere(first, second):
    """A session is resumed on the other kind of connection; what was sent to
    it meanwhile comes, once."""
    alice, bob = login(first(), "alice"), login(Web(), "bob")
    token = enabled(alice)
    bob.send(chat(alice.jid, "before"))
    alice.until("before")
    alice.send(f"<a xmlns='{SM}' h='1'/>")
    alice.cut()
    bob.send(chat(alice.jid, "between"))
    bob.send(f"<iq xmlns='{CLIENT}' type='get' id='p' to='{DOMAIN}'>"
             "<ping xmlns='urn:xmpp:ping'/></iq>")
    bob.until("id=.p.")
    again = second()
    authenticate(again, "alice")
    again.send(f"<resume xmlns='{SM}' h='1' previd='{token}'/>")
    text = again.until("<resumed")
    if "between" not in text:
        text += again.until("between")
    bob.send(chat(alice.jid, "after"))
    text += again.until("after")
    assert "before" not in text and text.count("between") == 1, text
    again.send(chat(bob.jid, "back by " + again.what))
    bob.until("back by " + again.what)


def ws_to_tcp():
    elsewhere(Web, Tcp)


def tcp_to_ws():
    elsewhere(Tcp, Web)


def closed():
    """A WebSocket that is closed without <close/> may be resumed."""
    alice = login(Web(), "alice")
    token = enabled(alice)
    alice.w.raw(websocket.frame(websocket.CLOSE, b"\x03\xe9"))
    assert alice.w.recv() == (8, b"\x03\xe9") and alice.w.ended()
    again = Web()
    authenticate(again, "alice")
    again.send(f"<resume xmlns='{SM}' h='0' previd='{token}'/>")
    again.until("<resumed")


def slow():
    """A client that does not read stops only what is for it."""
    alice, bob = login(Web(), "alice"), login(Web(), "bob")
    for n in range(400):
        alice.send(chat(bob.jid, f"{n} " + "z" * 20000, n))
    alice.send(f"<iq xmlns='{CLIENT}' type='get' id='p' to='{DOMAIN}'>"
               "<ping xmlns='urn:xmpp:ping'/></iq>")
    alice.until("id=.p.")
    for n in range(400):
        assert f"<body>{n} z" in bob.until("<body>")


def answered(port, data):
    """The answer's status, and all of its text; 0: it is none."""
    w = websocket.WebSocket(port)
    w.raw(data)
    try:
        status, head = w.head()
    except websocket.Gone:
        return 0, ""
    if status == 101:
        return status, head
    while not w.ended():
        pass
    return status, head + "\n" + w.rest.decode()


def status():
    """STATUS TEXT of a request: PATH [FIELD=VALUE...]."""
    fields = dict(a.split("=", 1) for a in sys.argv[4:])
    fields = {k: v or None for k, v in fields.items()}
    print(*answered(PORT, websocket.request(sys.argv[3], **fields)))


def proxied():
    """Log in as one whose web proxy says who it is: proxied HEADER FIELD=..."""
    fields = dict(a.split("=", 1) for a in sys.argv[4:])
    alice = Web.__new__(Web)
    alice.w, alice.heard = websocket.WebSocket(PORT), []
    alice.w.raw(sys.argv[3].encode().decode("unicode_escape").encode())
    alice.w.upgrade(websocket.request(**fields))
    login(alice, "alice")


globals()[sys.argv[2]]()
print("all seen")
