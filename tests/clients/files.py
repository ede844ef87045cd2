# SPDX-License-Identifier: ISC
"""A client with files (XEP-0363): files.py USER@DOMAIN HOST PORT [CA]

Logs in as talk.py does. Each line on standard input is one of

    slot NAME SIZE TYPE     ask for a slot
    many COUNT              ask for so many at once
    file PATH TYPE          upload that file as clients do: a slot, and a PUT
    say TO TEXT             send a message

and what it sees is printed, a line each:

    in JID                  logged in
    slot PUT GET            it was granted
    error TYPE CONDITION TEXT
    url GET                 the file was taken
    http STATUS TEXT        it was not
    got FROM TEXT           a message
    refused TEXT            a message of ours was
"""
import asyncio
import logging
import socket
import ssl
import sys
from pathlib import Path

import slixmpp
from slixmpp.exceptions import IqError
from slixmpp.plugins.xep_0363 import HTTPError
from slixmpp.stanza import Error

from xmpp_raw import connect

logging.basicConfig(level=logging.CRITICAL)
# With a condition that it lacks (RFC 6120 section 8.3.3.12), slixmpp 1.10
# leaves who asked waiting.
Error.conditions = Error.conditions | {"policy-violation"}

lookup = socket.getaddrinfo


def look_up(host, *args, **kwargs):
    """Names below localhost are this machine's (RFC 6761 section 6.3), also
    where the system's resolver does not know it."""
    if isinstance(host, str) and host.endswith(".localhost"):
        host = "127.0.0.1"
    return lookup(host, *args, **kwargs)


socket.getaddrinfo = look_up


def say(*words):
    print(*words, flush=True)


def error(e):
    names = [x.tag.split("}")[1] for x in e.iq["error"].xml
             if x.tag.startswith("{urn:ietf:params:xml:ns:xmpp-stanzas}")]
    say("error", e.iq["error"]["type"], names[0], e.iq["error"]["text"])


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, ca):
        super().__init__(jid, "pw")
        self.ca = ca
        for plugin in ("xep_0030", "xep_0363"):
            self.register_plugin(plugin)
        # Asking for it fails in slixmpp 1.8 with Python 3.11.
        self["xep_0363"].upload_service = slixmpp.JID(
            f"upload.{self.boundjid.domain}")
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("message", self.on_message)
        self.add_event_handler("message_error", self.on_refused)

    def get_ssl_context(self):
        return ssl.create_default_context(cafile=self.ca)

    async def start(self, _):
        await self.get_roster()
        self.send_presence()
        say("in", self.boundjid.full)

    def on_message(self, m):
        if m["body"] and m["type"] != "error":
            say("got", m["from"], m["body"])

    def on_refused(self, m):
        say("refused", m["error"]["text"])

    async def slot(self, name, size, kind):
        try:
            iq = await self["xep_0363"].request_slot(
                f"upload.{self.boundjid.domain}", name, int(size), kind)
            slot = iq["http_upload_slot"]
            say("slot", slot["put"]["url"], slot["get"]["url"])
        except IqError as e:
            error(e)

    async def file(self, path, kind):
        try:
            say("url", await self["xep_0363"].upload_file(
                Path(path), content_type=kind, timeout=60))
        except HTTPError as e:
            say("http", e.args[0], " ".join(e.args[1].split()))
        except IqError as e:
            error(e)

    async def obey(self, line):
        verb, *words = line.split()
        if verb == "slot":
            await self.slot(*words)
        elif verb == "many":
            await asyncio.gather(*(self.slot(f"{n}.txt", 5, "text/plain")
                                   for n in range(int(words[0]))))
        elif verb == "file":
            await self.file(*words)
        else:
            self.send_message(mto=words[0], mbody=" ".join(words[1:]),
                              mtype="chat")


async def main():
    jid, host, port = sys.argv[1:4]
    client = Client(jid, sys.argv[4] if len(sys.argv) > 4 else None)
    connect(client, host, int(port), "starttls" if client.ca else "plain")
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode().strip():
        await client.obey(line)
    await client.disconnect()


asyncio.run(main())
