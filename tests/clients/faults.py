# SPDX-License-Identifier: ISC
"""What clients see when something fails: faults.py PORT CASE. A word is
said, and a line awaited, where the test is to act."""
import socket
import sys
import time

from xmpp_raw import DOMAIN, HEADER, Raw, wait

PORT = int(sys.argv[1])
HOME = f"bob@{DOMAIN}/home"


def two(**how):
    return (Raw(PORT).login("alice", "desk", presence=False, **how),
            Raw(PORT).login("bob", "home", presence=False))


def case_stopped():
    """Sent too late for the sender, delivered to nobody; then all is well."""
    a, b = two()
    wait("ready")
    a.chat(HOME, "into the void " + "x" * 20000, "v1")
    e = a.expect('<message[^>]*id="v1"[^>]*type="error".*?</message>', 30)
    assert 'type="wait"' in e.group(0), e.group(0)
    assert "<resource-constraint " in e.group(0), e.group(0)
    wait("told")
    a.chat(HOME, "and on", "v2")
    b.expect("and on", 40)
    assert "void" not in b.log, b.log
    a.end(), b.end()


def case_killed():
    """The sender sees nothing of it."""
    a, b = two()
    wait("ready")
    for i in range(20):
        a.chat(HOME, f"number {i}.", f"n{i}")
    wait("sent")
    for i in range(20):
        b.expect(f"number {i}\\.", 30)
    assert b.log.count("<message") == 20, b.log
    assert "error" not in a.log, a.log
    a.end(), b.end()


def case_slowed():
    a, b = two()
    start = time.monotonic()
    for i in range(3):
        a.chat(HOME, f"slow 1 {i}", f"n{i}")
    for i in range(3):
        b.expect(f"slow 1 {i}", 30)
    assert time.monotonic() - start > 2
    assert "error" not in a.log, a.log
    a.end(), b.end()


def case_server_gone():
    """What is held then comes back, and the stream ends with a word."""
    a, b = two()
    wait("ready")
    a.chat(HOME, "held", "h1")
    wait("sent")
    a.expect('id="h1"[^>]*type="error".*?<service-unavailable .*?</message>',
             20)
    a.expect("<remote-connection-failed .*</stream:stream>")
    b.expect("<remote-connection-failed .*</stream:stream>")
    a.closed(), b.closed()


def case_server_ended():
    """In due form: what is held comes back before that, which nobody reads
    on behind."""
    a, b = two()
    wait("ready")
    a.chat(HOME, "held", "h1")
    wait("sent")
    a.expect('id="h1"[^>]*type="error".*?<service-unavailable .*?</message>'
             "<stream:error[^>]*><system-shutdown .*</stream:stream>",
             20)
    b.expect("<system-shutdown .*</stream:stream>")
    a.closed(), b.closed()


def case_server_slow():
    """Nothing is lost, and nobody is told anything."""
    a, b = two()
    wait("ready")
    for i in range(50):
        a.chat(HOME, f"number {i}. " + "x" * 10000, f"n{i}")
    wait("sent")
    for i in range(50):
        b.expect(f"number {i}\\.", 30)
    assert "error" not in a.log, a.log
    a.end(), b.end()


def case_gone():
    """Of half a stanza nothing comes, of a held one all."""
    a, b = two()
    c = Raw(PORT).login("dave", "desk", presence=False)
    a.send(f"<message to='{HOME}'><body>half a stanza")
    a.cut()
    c.chat(HOME, "slow 1 but whole", "w1")
    c.cut()
    b.expect("slow 1 but whole", 20)
    assert "half" not in b.log, b.log
    b.end()


def case_deaf():
    """Bob reads no more; alice, dave and the node's memory do not mind."""
    a, b = two()
    c = Raw(PORT).login("dave", "desk", presence=False)
    wait("ready")
    # It may stop somewhere: nothing of that is alice's or dave's.
    f = Raw(PORT).login("frank", "desk", presence=False)
    f.socket.settimeout(3)
    sent = 0
    try:
        while sent < 3000:
            f.chat(HOME, "x" * 10000, f"f{sent}")
            sent += 1
    except TimeoutError:
        pass
    a.chat(f"dave@{DOMAIN}/desk", "still here", "s1")
    c.expect("still here", 20)
    wait("flooded")
    b.cut()
    f.cut()
    a.chat(f"dave@{DOMAIN}/desk", "and on", "s2")
    c.expect("and on", 20)
    a.end(), c.end()


def case_open():
    """Somebody is there, who says nothing."""
    a = Raw(PORT).login("alice", "desk", presence=False)
    wait("ready")
    a.end()


def case_half_closed():
    """One that says no more but still listens has gone."""
    a, b = two()
    a.chat(HOME, "slow 1 farewell", "w1")
    socket.socket.shutdown(a.socket, socket.SHUT_WR)
    b.expect("slow 1 farewell", 20)
    a.closed(20)
    b.end()


def case_slowloris():
    """200 that trickle do not get far, and are in nobody's way."""
    crowd = [socket.create_connection(("127.0.0.1", PORT))
             for _ in range(200)]
    start, closed, at = time.monotonic(), set(), 0
    a, b = two()
    while len(closed) < 200 and time.monotonic() - start < 30:
        for i, s in enumerate(crowd):
            if i in closed:
                continue
            try:
                s.send(HEADER[at % 60:at % 60 + 1].encode()
                       if i % 2 else b" ")
            except OSError:
                closed.add(i)
                continue
            s.setblocking(False)
            try:
                while s.recv(4096):
                    pass
                closed.add(i)
            except BlockingIOError:
                pass
            except OSError:
                closed.add(i)
        a.chat(HOME, f"number {at}.")
        b.expect(f"number {at}\\.")
        at += 1
        time.sleep(0.1)
    assert len(closed) == 200, len(closed)
    assert time.monotonic() - start < 12
    a.end(), b.end()


def case_idle():
    """Those who say nothing, from one address, keep nobody out."""
    crowd = [Raw(PORT) for _ in range(9000)]
    for n in range(5):
        begun = time.monotonic()
        a = Raw(PORT, source="127.0.0.2").login("alice", f"in{n}")
        assert time.monotonic() - begun < 2, time.monotonic() - begun
        Raw(PORT).login("bob", f"in{n}").end()
        a.end()
    for c in crowd:
        c.cut()


def case_flood():
    """10 may be there at a time, and of these 8 that have not logged in: for
    one more the oldest of them is closed."""
    a = Raw(PORT).login("alice", "desk", presence=False)
    crowd = [Raw(PORT) for _ in range(300)]
    told = 0
    for c in crowd:
        if c.read(0.01) and not c.log:
            c.send(HEADER)
        while "</stream:features>" not in c.log and c.read(10):
            pass
        if "</stream:features>" not in c.log:
            c.closed()
            told += 1
    assert told == 292, told
    a.send("<iq type='get' id='p' to='" + DOMAIN +
           "'><ping xmlns='urn:xmpp:ping'/></iq>")
    a.expect('id=["\']p["\']')
    for c in crowd:
        c.cut()
    a.end()
    print("told", told)


for name in sys.argv[2:]:
    globals()["case_" + name]()
    print("ok", name)
