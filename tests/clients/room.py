# SPDX-License-Identifier: ISC
"""Clients that fill a node's memory: room.py PORT CASE. A word is said,
and a line awaited, where the test looks at the node."""
import re
import socket
import sys

from xmpp_raw import DOMAIN, Raw, wait

PORT = int(sys.argv[1])


class Narrow(Raw):
    """One whose socket takes little, so that the node soon has to hold."""

    def __init__(self):
        super().__init__(PORT, tls=False)
        self.socket.close()
        self.socket = socket.socket()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", PORT))


def narrow(user, resource):
    return Narrow().login(user, resource, presence=False)


def plain(user, resource):
    return Raw(PORT, tls=False).login(user, resource, presence=False)


def talk(a, b, word):
    """What a says b gets, and the other way round."""
    a.chat(b.jid, f"{word} there")
    b.expect(f"{word} there")
    b.chat(a.jid, f"{word} back")
    a.expect(f"{word} back")


def case_deaf():
    """A crowd stops reading and is flooded: the others chat on, and who reads
    again gets all of it."""
    a, b = plain("alice", "desk"), plain("bob", "home")
    flood = plain("dave", "flood")
    crowd = [narrow("bob", f"r{i}") for i in range(16)]
    wait("ready")
    for n in range(40):
        for c in crowd:
            flood.chat(c.jid, f"number {n}." + "x" * 10000)
    flood.send(f"<iq type='get' id='done' to='{DOMAIN}'>"
               "<ping xmlns='urn:xmpp:ping'/></iq>")
    flood.expect("id=[\"']done[\"']", 60)
    talk(a, b, "meanwhile")
    wait("flooded")
    for n in range(40):
        crowd[-1].expect(f"number {n}\\.", 20)
    talk(a, b, "still")
    for c in crowd:
        c.cut()
    wait("cut")
    talk(a, b, "afterwards")


def case_refused_unread():
    """One that sends what is refused, and does not read, is not read either."""
    a, b = plain("alice", "desk"), plain("bob", "home")
    c = narrow("dave", "deaf")
    c.socket.settimeout(3)
    sent = 0
    try:
        while sent < 200000:
            c.socket.sendall((f"<message to='{b.jid}' id='r{sent}'>"
                              "<body>forbidden</body></message>").encode())
            sent += 1
    except TimeoutError:
        pass
    assert sent < 200000
    talk(a, b, "meanwhile")
    wait("stuck")


def case_half():
    """A crowd sends half a stanza each: the others are not in its way."""
    a, b = plain("alice", "desk"), plain("bob", "home")
    crowd = [plain("dave", f"r{i}") for i in range(40)]
    wait("ready")
    half = (f"<message to='{b.jid}'><body>" + "x" * 250000).encode()
    for c in crowd:
        c.socket.setblocking(False)
        try:
            c.socket.send(half)
        except BlockingIOError:
            pass
    talk(a, b, "meanwhile")
    wait("half")
    told = 0
    for c in crowd:
        c.read(0.01)
        told += bool(re.search("<resource-constraint .*not finished.*"
                               "</stream:stream>", c.log, re.S))
    assert 0 < told < len(crowd), told
    b.chat(b.jid, "x" * 20000 + "not so large")
    b.expect("not so large")
    talk(b, plain("alice", "second"), "also")
    for c in crowd:
        c.cut()
    talk(a, b, "afterwards")
    print("told", told)


def case_patience():
    """Not so many that any is ended at once: those who began first are, and
    who waited for room goes on."""
    a, b = plain("alice", "desk"), plain("bob", "home")
    half = (f"<message to='{b.jid}'><body>" + "x" * 250000).encode()
    first = [plain("dave", f"r{i}") for i in range(3)]
    for c in first:
        c.socket.setblocking(False)
        c.socket.send(half)
    wait("half")
    a.chat(b.jid, "large" + "y" * 200000)
    b.refuse("large", 3)
    assert len(b.expect("large(y*)<", 30).group(1)) == 200000
    first[0].expect("<resource-constraint .*not finished.*</stream:stream>")
    talk(a, b, "afterwards")


for name in sys.argv[2:]:
    globals()["case_" + name]()
    print("ok", name)
