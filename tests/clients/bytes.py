# SPDX-License-Identifier: ISC
"""Bytes that no real server sends, from a stand-in for one behind the node:
bytes.py PORT SERVER; exits 0 if all hold."""
import re
import socket
import sys
import threading

from xmpp_raw import DOMAIN, SM, Raw

PORT, SERVER = int(sys.argv[1]), int(sys.argv[2])
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
HEAD = ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='s' "
        "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' "
        f"from='{DOMAIN}'><stream:features>%s</stream:features>")
OPENING = f"<message from='eve@{DOMAIN}/x' to='bob@{DOMAIN}/v' id='bad%d'>"

# Inside one message: its end is known, and it costs itself alone.
KNOWN = [
    b"<!-- <message/> </message> -->", b"<?php > </message> ?>",
    b"<a>&lol;</a>", b"<a b='&nbsp;'/>", b"&amp", b"& ", b"<a>&#0;</a>",
    b"\0", b"\x01", b"\xff", b"\xc3<a/>", b"\xed\xa0\x80", b"\xef\xbf\xbf",
    b"<p:a/>", b"<a p:b=''/>", b"<a b='1' b='2'/>", b"<a b='1'c='2'/>",
    b"<a:b:c/>", b"<a xmlns:p=''/>", b"]]>", b"<a b='>' p:c=\"/>'\"/>",
    b"<a b=1/>", b"<a b/>",
    b"<![CDATA[</message>]]><p:a/>", b"<p:a>" + b"x" * 5000000 + b"</p:a>",
    b"<x>" * 200 + b"</x>" * 200, b"<a " + b"b='' " * 300 + b"/>",
    b"<!-- -->" * 1000 + b"<x>" * 100000 + b"</x>" * 100000,
]
# The message may end where nobody can say.
UNKNOWN = [
    b"<a></b>", b"<a", b"<a b='<'/>", b"< a/>", b"<a / b=''/>", b"<!x>",
    b"<!DOCTYPE a>", b"<?xml version='1.0'?>", b"<a b=x'y>'/><p:c/>",
    b"<a b \"'\"=''/>", b"</a b>",
    b"<a>" + b"x" * 5000000 + b"</b>",
]


class Server:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", SERVER))
        self.last = None

    def run(self):
        while True:
            c, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(c,),
                             daemon=True).start()

    def serve(self, c):
        text, authenticated = b"", False
        answers = [
            (rb"<stream:stream[^>]*>", lambda: HEAD % (
                f"<bind xmlns='{BIND}'/><sm xmlns='{SM}'/>" if authenticated
                else f"<mechanisms xmlns='{SASL}'><mechanism>PLAIN"
                "</mechanism></mechanisms>")),
            (rb"</auth>", lambda: f"<success xmlns='{SASL}'/>"),
            (rb"</bind></iq>", lambda: "<iq type='result' id='b'><bind "
             f"xmlns='{BIND}'><jid>bob@{DOMAIN}/v</jid></bind></iq>"),
            (rb"<enable ", lambda: f"<enabled xmlns='{SM}' id='i' "
             "resume='true'/>"),
        ]
        while more := c.recv(65536):
            text += more
            for pattern, answer in answers:
                found = re.search(pattern, text)
                if found:
                    text = text[found.end():]
                    c.sendall(answer().encode())
                    authenticated |= b"auth" in pattern
                    self.last = c


def known(server, sm):
    b = Raw(PORT).login("bob", "v", sm=sm, presence=False)
    for i, bad in enumerate(KNOWN):
        server.last.sendall((OPENING % i).encode() + bad + b"</message>"
                            b"<message id='good'><body>good%d</body>"
                            b"</message>" % i)
        try:
            b.expect(f"<body>good{i}</body>")
        except AssertionError as e:
            raise AssertionError(bad[:80]) from e
    if sm:
        # One for one: as many came as the server sent.
        enabled = b.log.split("<enabled")[1]
        assert len(re.findall("<(?:message|iq) ", enabled)) == 2 * len(KNOWN)
    assert "eve" not in b.log, b.log
    b.cut()


def unknown(server):
    for bad in UNKNOWN:
        b = Raw(PORT).login("bob", "v", presence=False)
        server.last.sendall((OPENING % 0).encode() + bad + b"</message>"
                            b"<message><body>behind</body></message>"
                            b"</message><message/>")
        try:
            b.expect("<internal-server-error ")
        except AssertionError as e:
            raise AssertionError(bad[:80]) from e
        b.closed()
        assert "eve" not in b.log, b.log


def own_tag(server):
    """Its own start tag is bad: as much of it is known as is good."""
    b = Raw(PORT).login("bob", "v", presence=False)
    for tag in (b"<message from='eve@x' a='1' a='2'>", b"<message from='\xff'>",
                b"<message p:a='' from='eve@x'>",
                b"<c:message xmlns:c='jabber:client' c:a='' d:b=''>"):
        name = re.match(b"<([^ ]*)", tag).group(1)
        server.last.sendall(tag + b"</" + name + b"><message><body>good"
                            b"</body></message>")
        b.expect("<body>good</body>")
    assert "eve" not in b.log, b.log
    b.cut()


stand_in = Server()
threading.Thread(target=stand_in.run, daemon=True).start()
known(stand_in, False)
known(stand_in, True)
own_tag(stand_in)
unknown(stand_in)
