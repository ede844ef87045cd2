# SPDX-License-Identifier: ISC
"""A message at which the pipeline fails, among others' talk: poison.py
PORT SERVER up|down

Five pairs talk all the time. The bad one comes from a client of the node
(up), or from one beside it to one (down). All that the others say must arrive,
none of it may bounce; prints how long the slowest took."""
import re
import sys
import threading
import time

from xmpp_raw import DOMAIN, Raw

PORT, SERVER, WAY = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
stop = threading.Event()
slowest, faults, said = [], [], []


def talk(n):
    a = Raw(PORT).login(f"user{2 * n}", "talk")
    b = Raw(PORT).login(f"user{2 * n + 1}", "talk")
    k = 0
    ready.wait()
    while not stop.is_set():
        k += 1
        begun = time.monotonic()
        a.chat(b.jid, f"talk {n}.{k}")
        try:
            b.expect(f"<body>talk {n}\\.{k}</body>", 20)
        except AssertionError as e:
            faults.append(str(e))
            return
        slowest.append(time.monotonic() - begun)
        a.read(0.02)
    if "error" in a.log:
        faults.append(a.log[-500:])
    said.append(k)


victim = Raw(PORT).login("user10", "victim", sm=True)
sender = Raw(PORT).login("user11", "sender") if WAY == "up" else \
    Raw(SERVER, tls=False).login("user11", "sender", presence=False)
ready = threading.Barrier(6)
talkers = [threading.Thread(target=talk, args=(n,)) for n in range(5)]
for t in talkers:
    t.start()
ready.wait()
time.sleep(0.5)
sender.chat(victim.jid, "poison", "bad")
sender.chat(victim.jid, "behind it", "good")
victim.expect("<body>behind it</body>", 20)
assert "<body>poison" not in victim.log, victim.log
sender.expect("<message [^>]*id=[\"']bad[\"'][^>]*>.*could not be judged", 20)
stop.set()
for t in talkers:
    t.join()
assert not faults, faults
print(f"{sum(said)} said, the slowest took {max(slowest):.2f} s")
victim.end()
sender.end()
