# SPDX-License-Identifier: ISC
"""Who writes what is held, and who gets what of it is released.

reviewed.py send PORT COUNT TO...: w logs in at the node at PORT and sends, in
turn to each, COUNT messages "contract N"; each has to come back as an error. It
ends once all have.

reviewed.py get PORT USER...: each logs in, and what comes is printed, a line
"USER N TYPE" each, until nothing came for five seconds, or, with PORT followed
by "-", until SIGTERM; whoever loses the connection comes back."""
import re
import signal
import sys
import threading
import time

from xmpp_raw import Raw

MODE, PORT, REST = sys.argv[1], sys.argv[2], sys.argv[3:]
STAY = PORT.endswith("-")
PORT = int(PORT.rstrip("-"))
DOMAIN = "acme.localhost"
over = threading.Event()
out = threading.Lock()
MESSAGE = re.compile(r"<message\b[^>]*?(?:/>|>.*?</message>)", re.S)


def enter(user):
    while not over.is_set():
        try:
            raw = Raw(PORT, tls=False)
            raw.auth(user)
            raw.bind("r")
            raw.send("<presence/>")
            return raw
        except (AssertionError, OSError):
            over.wait(0.2)
    return None


def messages(raw):
    """Those that came whole by now."""
    end = 0
    for found in MESSAGE.finditer(raw.text):
        end = found.end()
        yield found.group(0)
    raw.text = raw.text[end:]


def send():
    raw, count = enter("w"), int(REST[0])
    told = set()
    end = time.monotonic() + 60
    for n in range(count):
        to = REST[1 + n % (len(REST) - 1)]
        raw.send(f"<message to='{to}@{DOMAIN}' type='chat' id='c{n}'>"
                 f"<body>contract {n}</body></message>")
    while len(told) < count and time.monotonic() < end and raw.read(1):
        for text in messages(raw):
            if re.match("<message [^>]*type=[\"']error", text):
                told.add(re.search("id=[\"']c(\\d+)", text).group(1))
    print(len(told), "held")
    sys.exit(len(told) != count)


def get(user):
    raw = enter(user)
    last = time.monotonic()
    while raw and not over.is_set() and \
            (STAY or time.monotonic() < last + 5):
        open_still = raw.read(0.5)
        for text in messages(raw):
            n = re.search("<body>contract (\\d+)</body>", text)
            last = time.monotonic()
            if n:
                with out:
                    print(user, n.group(1), "delayed" if "urn:xmpp:delay"
                          in text else "plain", flush=True)
        if not open_still:
            raw = enter(user)


signal.signal(signal.SIGTERM, lambda *_: over.set())
if MODE == "send":
    send()
threads = [threading.Thread(target=get, args=(user,)) for user in REST]
for t in threads:
    t.start()
for t in threads:
    t.join()
