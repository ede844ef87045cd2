# SPDX-License-Identifier: ISC
"""stream.py HOST:PORT STREAM: the bodies of a JetStream stream's messages, in order,
asked one by one by the protocol as NATS documents it."""
import base64
import json
import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)
sock = socket.create_connection((host, int(port)), 10)
lines = sock.makefile("rb")
asked = 0


def ask(subject, body=b""):
    global asked
    asked += 1
    sock.sendall(b"PUB %s me.%d %d\r\n%s\r\n"
                 % (subject.encode(), asked, len(body), body))
    while True:
        words = lines.readline().split()
        if words[:1] == [b"PING"]:
            sock.sendall(b"PONG\r\n")
        elif words[:1] == [b"MSG"]:
            data = lines.read(int(words[-1]) + 2)[:-2]
            if words[1] == b"me.%d" % asked:
                return json.loads(data)
        elif words[:1] == [b"-ERR"] or not words:
            sys.exit("stream.py: %r" % words)


lines.readline()
sock.sendall(b'CONNECT {"verbose":false}\r\nSUB me.* 1\r\n')
state = ask("$JS.API.STREAM.INFO." + sys.argv[2])["state"]
for seq in range(1, state["last_seq"] + 1):
    answer = ask("$JS.API.STREAM.MSG.GET." + sys.argv[2],
                 b'{"seq":%d}' % seq)
    sys.stdout.buffer.write(base64.b64decode(answer["message"]["data"]))
