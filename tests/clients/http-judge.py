#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""http-judge PORT JOURNAL [CERTIFICATE KEY CA]: a compliance server that
speaks HTTP as cup-http(5) says. It refuses some words, and appends all to
JOURNAL before it answers."""
import os
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

journal = open(sys.argv[2], "ab", buffering=0)
lock = threading.Lock()
words = {"send": b"forbidden", "recv": b"secret", "login": b"carol@"}
answers = {}    # what an id was answered: a repeated question is the same


def judge(headers, stanza):
    if headers["Cup-Verdict"]:
        return headers["Cup-Verdict"], ""   # decided before
    if words.get(headers["Cup-Event"], b"\0") in stanza:
        return "reject", "words@python: not this word"
    return "pass", "default@python"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def reply(self, status, headers=()):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        size = int(self.headers.get("Content-Length") or 0)
        stanza = self.rfile.read(size)
        if self.headers["Cup-Ping"]:
            return self.reply(204)
        key = self.headers["Cup-Id"]
        if not key or not stanza:
            return self.reply(400)
        with lock:
            if key not in answers:
                answers[key] = judge(self.headers, stanza)
                journal.write(b"%s %s %s\n" % (
                    key.encode(), answers[key][0].encode(), stanza))
                os.fdatasync(journal.fileno())
            verdict, reason = answers[key]
        self.reply(200, [("Cup-Verdict", verdict), ("Cup-Reason", reason)])


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
if len(sys.argv) > 3:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH,
                                         cafile=sys.argv[5])
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
