# SPDX-License-Identifier: ISC
"""Three users whose messages are costly to judge: heavy.py PORT KIND.
Each has two of 250 KiB under way all the time, until the input ends."""
import re
import sys
import threading

from xmpp_raw import Raw

PORT, KIND = int(sys.argv[1]), sys.argv[2]
BODY = {"expanding": "\ufdfa" * 83000, "plain": "hello, all of you. " * 13000,
        "marks": "a" + "\u0301" * 120000, "numbers": "1 2345 " * 35000,
        "letters": "a" * 250000, "tags": "<b/>" * 60000}[KIND]
stop = threading.Event()


def send(n):
    a = Raw(PORT, tls=False).login(f"heavy{n}", "from", presence=False)
    b = Raw(PORT, tls=False).login(f"heavy{n}", "to", presence=False)
    count = done = 0
    while not stop.is_set():
        while count < done + 2:
            count += 1
            a.send(f"<message to='{b.jid}' type='chat' id='h{count}'>" +
                   (BODY if KIND == "tags" else f"<body>{BODY}</body>") +
                   "</message>")
        for c in a, b:
            c.read(0.01)
            done += len(re.findall("<message ", c.text))
            c.text = c.text[-9:] if "<message " not in c.text[-9:] else ""
            c.log = ""
    print(f"heavy{n} {done}", flush=True)


threads = [threading.Thread(target=send, args=(n,)) for n in range(3)]
for t in threads:
    t.start()
print("sending", flush=True)
sys.stdin.read()
stop.set()
for t in threads:
    t.join()
