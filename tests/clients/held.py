# SPDX-License-Identifier: ISC
"""What is on its way to clients that go away: held.py NODE SERVER.

20 clients behind the node, half of them managed (XEP-0198), are each sent 25
messages by one that is at the server itself. At "ready" and at "gone" a line
is awaited; between them all clients are cut off. Those that are managed then
come back and must get what they had not got, once and in order."""
import re
import sys

from xmpp_raw import DOMAIN, Raw, wait

NODE, SERVER = int(sys.argv[1]), int(sys.argv[2])
CLIENTS, EACH = 20, 25


clients = [Raw(NODE).login(f"user{i}", "held", sm=i % 2 == 1, presence=False)
           for i in range(CLIENTS)]
sender = Raw(SERVER, tls=False).login("user20", "out", presence=False)
wait("ready")
for n in range(EACH):
    for i in range(CLIENTS):
        sender.chat(f"user{i}@{DOMAIN}/held", f"number {n}.", f"h{i}-{n}")
wait("sent")
for c in clients:
    c.cut()
wait("gone")
for i in range(1, CLIENTS, 2):
    old = re.findall(r"number (\d+)\.", clients[i].log)
    assert not old, old
    c = Raw(NODE)
    c.resume(f"user{i}", clients[i].sm_id, 0)
    c.expect("<resumed ")
    c.expect(f"number {EACH - 1}\\.")
    c.refuse("number ", 0.2)
    got = re.findall(r"number (\d+)\.", c.log)
    assert got == [str(n) for n in range(EACH)], (i, got)
    c.end()
print("all back")
