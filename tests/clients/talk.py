# SPDX-License-Identifier: ISC
"""A client in lines: talk.py USER@DOMAIN/RESOURCE HOST PORT [CA]

Logs in by SCRAM over STARTTLS, for which the certificate has to be signed by
CA and be for DOMAIN; without CA, in plain text. Each line "TO TEXT" on
standard input is sent as a message; at its end the client logs out. What it
sees is printed, a line each:

    in JID                      logged in
    got FROM TEXT               a message
    late FROM TEXT              one that was kept for us meanwhile
    error FROM TYPE CONDITION TEXT
    out                         the stream is over
"""
import asyncio
import logging
import ssl
import sys

import slixmpp

from xmpp_raw import connect

logging.basicConfig(level=logging.CRITICAL)


def say(*words):
    print(*words, flush=True)


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, ca):
        super().__init__(jid, "pw")
        self.ca = ca
        self.register_plugin("xep_0199")
        self.register_plugin("xep_0203")
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("message", self.on_message)
        self.add_event_handler("message_error", self.on_error)
        self.add_event_handler("failed_all_auth", self.on_failure)

    def get_ssl_context(self):
        return ssl.create_default_context(cafile=self.ca)

    async def start(self, _):
        # Who gets no answer to this is not let in.
        await self.get_roster()
        self.send_presence()
        say("in", self.boundjid.full)

    def on_failure(self, _):
        say("refused")
        self.abort()

    def on_error(self, m):
        # m["error"]["condition"] does not know all of RFC 6120.
        names = [x.tag.split("}")[1] for x in m["error"].xml
                 if x.tag.startswith("{urn:ietf:params:xml:ns:xmpp-stanzas}")]
        say("error", m["from"], m["error"]["type"], names[0],
            m["error"]["text"])

    def on_message(self, m):
        if m["body"] and m["type"] != "error":
            late = m.get_plugin("delay", check=True)
            say("late" if late else "got", m["from"], m["body"])


async def main():
    jid, host, port = sys.argv[1:4]
    ca = sys.argv[4] if len(sys.argv) > 4 else None
    client = Client(jid, ca)
    connect(client, host, int(port), "starttls" if ca else "plain")
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    over = asyncio.ensure_future(client.wait_until("disconnected", 600))
    while True:
        line = asyncio.ensure_future(lines.readline())
        await asyncio.wait((line, over), return_when=asyncio.FIRST_COMPLETED)
        text = line.result().decode() if line.done() else ""
        if not text:
            break
        to, _, body = text.rstrip("\n").partition(" ")
        client.send_message(mto=to, mbody=body, mtype="chat")
    if not over.done():
        await client.disconnect()
    say("out")


asyncio.run(main())
