# SPDX-License-Identifier: ISC
"""Framing cases against a node that serves acme.localhost alone:
frames.py PORT. Each sends frames, and hears either how an <open/> to another
host is refused, in due form, or a close code. Prints what is not so."""
import struct
import sys

import websocket
from websocket import BINARY, CLOSE, FRAMING, PING, PONG, TEXT, frame

PORT = sys.argv[1]


def opening(n=None):
    """An <open/> to a host that is not served, of n bytes."""
    text = f"<open xmlns='{FRAMING}' to='other.example' version='1.0'"
    pad = " xmlns:p='{}'/>" if n else "{}/>"
    room = (n or 0) - len(text) - len(pad.format(""))
    return (text + pad.format("p" * room)).encode()


def code(n):
    return struct.pack("!H", n)


OPEN = opening()
HALF = len(OPEN) // 2
UTF8 = OPEN.replace(b"version", "id='é€𝄞' version".encode())
CUT = UTF8.index("€".encode()) + 1
REFUSED = "host-unknown"

CASES = [
    # what is as it should be
    ("a text", frame(TEXT, OPEN), REFUSED),
    ("a text of 125 bytes", frame(TEXT, opening(125)), REFUSED),
    ("a text of 126 bytes", frame(TEXT, opening(126)), REFUSED),
    ("a text of 127 bytes", frame(TEXT, opening(127)), REFUSED),
    ("a text of 65535 bytes", frame(TEXT, opening(65535)), REFUSED),
    ("a text of 65536 bytes", frame(TEXT, opening(65536)), REFUSED),
    ("two fragments", frame(TEXT, OPEN[:HALF], fin=False) +
     frame(0, OPEN[HALF:]), REFUSED),
    ("a fragment for each byte", frame(TEXT, OPEN[:1], fin=False) +
     b"".join(frame(0, OPEN[i:i + 1], fin=False)
              for i in range(1, len(OPEN))) + frame(0), REFUSED),
    ("empty fragments", frame(TEXT, fin=False) + frame(0, fin=False) +
     frame(0, OPEN), REFUSED),
    ("a character cut by fragments", frame(TEXT, UTF8[:CUT], fin=False) +
     frame(0, UTF8[CUT:]), REFUSED),
    ("a ping", frame(PING, b"hello"), (PONG, b"hello")),
    ("a ping without content", frame(PING), (PONG, b"")),
    ("a ping of 125 bytes", frame(PING, b"p" * 125), (PONG, b"p" * 125)),
    ("a pong that nobody asked for", frame(PONG, b"x") + frame(TEXT, OPEN),
     REFUSED),
    ("a ping between fragments", frame(TEXT, OPEN[:HALF], fin=False) +
     frame(PING, b"<in>") + frame(0, OPEN[HALF:]), (PONG, b"<in>")),
    ("a pong between fragments", frame(TEXT, OPEN[:HALF], fin=False) +
     frame(PONG, b"<in>") + frame(0, OPEN[HALF:]), REFUSED),
    # closing
    ("a close", frame(CLOSE, code(1000)), 1000),
    ("a close with a reason", frame(CLOSE, code(1001) + "für".encode()), 1001),
    ("a close without a code", frame(CLOSE), None),
    ("a close with a code of others", frame(CLOSE, code(4999)), 4999),
    ("a close between fragments", frame(TEXT, OPEN[:HALF], fin=False) +
     frame(CLOSE, code(1000)), 1000),
    ("a close with half a code", frame(CLOSE, b"\x03"), "any"),
    ("a close with 999", frame(CLOSE, code(999)), 1002),
    ("a close with 1004", frame(CLOSE, code(1004)), 1002),
    ("a close with 1005", frame(CLOSE, code(1005)), 1002),
    ("a close with 1006", frame(CLOSE, code(1006)), 1002),
    ("a close with 2999", frame(CLOSE, code(2999)), 1002),
    ("a close with 5000", frame(CLOSE, code(5000)), 1002),
    ("a close whose reason is no UTF-8", frame(CLOSE, code(1000) + b"\xff"),
     1007),
    # what breaks the protocol
    ("an unmasked text", frame(TEXT, OPEN, mask=False), 1002),
    ("an unmasked ping", frame(PING, mask=False), 1002),
    *[(f"opcode {n}", frame(n), 1002) for n in (3, 4, 5, 6, 7, 11, 15)],
    *[(f"reserved bits {n}", frame(TEXT, OPEN, rsv=n), 1002)
      for n in (1, 2, 4)],
    ("a continuation of nothing", frame(0, OPEN), 1002),
    ("a text between fragments", frame(TEXT, OPEN[:HALF], fin=False) +
     frame(TEXT, OPEN), 1002),
    ("a fragmented ping", frame(PING, fin=False), 1002),
    ("a ping of 126 bytes", frame(PING, b"p" * 126), 1002),
    ("a close of 126 bytes", frame(CLOSE, code(1000) + b"x" * 124), 1002),
    ("a short length in 16 bits", frame(TEXT, OPEN[:99], length=16), 1002),
    ("a short length in 64 bits", frame(TEXT, OPEN, length=64), 1002),
    ("a length of more than 63 bits", b"\x81\xff" + b"\xff" * 8 + b"mask",
     1002),
    ("a binary message", frame(BINARY, OPEN), 1003),
    ("an empty binary message", frame(BINARY), 1003),
    ("a binary fragment", frame(BINARY, OPEN[:HALF], fin=False), 1003),
    ("a text that is no UTF-8", frame(TEXT, b"<open a='\xff'/>"), 1007),
    ("a surrogate", frame(TEXT, b"<open a='\xed\xa0\x80'/>"), 1007),
    ("an overlong character", frame(TEXT, b"<open a='\xc0\xaf'/>"), 1007),
    ("half a character", frame(TEXT, UTF8[:CUT]), 1007),
    ("no UTF-8 in a fragment", frame(TEXT, b"<open a='\xff", fin=False), 1007),
    # what is no message of XMPP
    *[(f"a message {text!r}", frame(TEXT, text.encode()), condition)
      for text, condition in (
          ("", "not-well-formed"), (" ", "not-well-formed"),
          ("x", "not-well-formed"), ("<a>", "not-well-formed"),
          ("<a/><b/>", "not-well-formed"), ("<a></b>", "not-well-formed"),
          ("<stream:stream to='acme.localhost'>", "not-well-formed"),
          ("</stream:stream>", "not-well-formed"),
          ("<?xml version='1.0'?>" + OPEN.decode(), "not-well-formed"),
          ("<!-- --><a/>", "restricted-xml"),
          ("<a><!-- --></a>", "restricted-xml"),
          ("<!DOCTYPE a><a/>", "restricted-xml"),
          ("<presence xmlns='jabber:client'/>", "not-well-formed"),
          (f"<open xmlns='{FRAMING}' to='acme.localhost'/>",
           "unsupported-version"),
          ("<open to='acme.localhost' version='1.0'/>", "not-well-formed"))],
]


def hears(case, want):
    """What of it does not come; None: all."""
    w = websocket.WebSocket(PORT).upgrade()
    w.raw(case)
    if isinstance(want, tuple):
        got = w.recv()
        return None if got == want else got
    if isinstance(want, str) and want != "any":
        texts = [w.hear(), w.hear(), w.hear()]
        if not (texts[0].startswith("<open ") and
                f"<{want} " in texts[1] and
                texts[2] == f'<close xmlns="{FRAMING}"/>'):
            return texts
        want = 1000
    opcode, payload = w.recv()
    if opcode != CLOSE:
        return opcode, payload
    got = struct.unpack("!H", payload[:2])[0] if payload else None
    if want not in (got, "any"):
        return got
    return None if w.ended() else "no end"


failed = 0
for name, case, want in CASES:
    try:
        wrong = hears(case, want)
    except (websocket.Gone, OSError, AssertionError) as e:
        wrong = repr(e)
    if wrong is not None:
        failed += 1
        print(f"{name}: wanted {want}, got {wrong}")
print(f"{len(CASES)} cases, {failed} failed")
sys.exit(failed > 0)
