# SPDX-License-Identifier: ISC
"""What a stage makes of a stanza: mangled.py PORT send|recv KIND...

Says for each kind a message that a stage mangles so, "mangle KIND", and one
behind it that it lets be. Sent, the sender gets an error; received, nobody
gets anything. "swap" and "lend" are two messages, of one client and of two."""
import re
import sys

from xmpp_raw import DOMAIN, Raw

PORT, EVENT = int(sys.argv[1]), sys.argv[2]
BOB = f"bob@{DOMAIN}/home"

b = Raw(PORT).login("bob", "home", presence=False)
a = Raw(PORT).login("alice", "desk", presence=False)
c = Raw(PORT).login("dave", "desk", presence=False)
for kind in sys.argv[3:]:
    other = c if kind == "lend" else a
    a.chat(BOB, f"mangle {kind} one", f"{kind}1")
    others = [(a, f"{kind}1")]
    if kind in ("swap", "lend"):
        other.chat(BOB, f"mangle {kind} two", f"{kind}2")
        others.append((other, f"{kind}2"))
    for client, ident in others:
        if EVENT == "send":
            client.expect(f'id="{ident}"[^>]*type="error".*?</message>')
    a.chat(BOB, f"harmless {kind}", f"{kind}3")
    b.expect(f"harmless {kind}")
for client in (a, b, c):
    client.refuse("<stream:error|</stream:stream>", 0.3)
got = re.findall("<message.*?</message>", b.log, re.S)
assert len(got) == len(sys.argv) - 3, got
assert not re.search("mangle|evil|forged", b.log), b.log
assert not re.search("evil|forged", a.log + c.log), a.log + c.log
for client in (a, c):
    for m in re.findall("<message.*?</message>", client.log, re.S):
        assert EVENT == "send" and 'type="error"' in m, m
print("nothing came of", *sys.argv[3:])
