# SPDX-License-Identifier: ISC
"""A client of slixmpp does what people do: stranger.py PORT [refused]. Prints
a line for each thing, which is the same wherever PORT leads to the same
server; refused: and for what a node's policy refuses."""
import asyncio
import logging
import ssl
import sys

import slixmpp

from relay import Relay
from xmpp_raw import DOMAIN, connect

PORT = int(sys.argv[1])
ROOM = f"pool@rooms.{DOMAIN}"
PLUGINS = ("xep_0030", "xep_0045", "xep_0198", "xep_0280", "xep_0308")
logging.basicConfig(level=logging.CRITICAL)
# slixmpp has a print() left in it.
OUT, sys.stdout = sys.stdout, sys.stderr


class Client(slixmpp.ClientXMPP):
    def __init__(self, user, resource, port, again=False):
        super().__init__(f"{user}@{DOMAIN}/{resource}", "pw",
                         sasl_mech="SCRAM-SHA-1")
        self.port, self.again = port, again
        self.begun = asyncio.Event()
        self.resumed = asyncio.Event()
        self.ended = asyncio.Event()
        self.seen = asyncio.Queue()
        for name in PLUGINS:
            self.register_plugin(name)
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("session_resumed",
                               lambda _: self.resumed.set())
        self.add_event_handler("disconnected", self.lost)
        for name in ("message", "groupchat_message", "message_error"):
            self.add_event_handler(name, self.see)
        self.add_event_handler("carbon_received",
                               lambda m: self.see(m["carbon_received"], "her"))
        self.add_event_handler("carbon_sent",
                               lambda m: self.see(m["carbon_sent"], "my"))
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.ssl_context = context
        self.get_ssl_context = lambda: context
        connect(self, "127.0.0.1", port, "starttls")

    async def start(self, _):
        self.send_presence()
        await self.get_roster()
        await self["xep_0280"].enable()
        self.begun.set()

    def lost(self, _):
        if not self.again:
            self.ended.set()
        else:
            connect(self, "127.0.0.1", self.port, "starttls")

    def see(self, m, whose=""):
        if m["type"] == "error":
            self.seen.put_nowait("error " + m["error"]["text"])
        elif m["body"]:
            old = m.get_plugin("replace", check=True)
            self.seen.put_nowait(whose + ("corrected " if old else "")
                                 + m["body"])

    async def sees(self, what, text):
        try:
            while await asyncio.wait_for(self.seen.get(), 15) != text:
                pass
            print(f"{what}: yes", file=OUT, flush=True)
        except asyncio.TimeoutError:
            print(f"{what}: NO", file=OUT, flush=True)

    def say(self, to, body, kind="chat", replaces=None):
        m = self.make_message(to, body, mtype=kind)
        if replaces:
            m["replace"]["id"] = replaces
        m.send()
        return m["id"]

    async def join(self, nick):
        joined = asyncio.Event()
        self.add_event_handler(f"muc::{ROOM}::self-presence",
                               lambda _: joined.set())
        asyncio.ensure_future(
            self["xep_0045"].join_muc_wait(ROOM, nick, maxstanzas=0))
        await asyncio.wait_for(joined.wait(), 15)


async def main():
    relay = Relay(PORT)
    alice = Client("alice", "slix", relay.port, again=True)
    other = Client("alice", "other", PORT)
    bob = Client("bob", "slix", PORT)
    for c in alice, other, bob:
        await asyncio.wait_for(c.begun.wait(), 20)
    print("login: yes", file=OUT, flush=True)
    ident = bob.say(alice.boundjid.bare, "hello alice")
    await alice.sees("a message comes", "hello alice")
    bob.say(alice.boundjid.bare, "hello Alice", replaces=ident)
    await alice.sees("a correction comes", "corrected hello Alice")
    ident = alice.say(bob.boundjid.full, "hello bob")
    await bob.sees("a message goes", "hello bob")
    await other.sees("its carbon", "myhello bob")
    alice.say(bob.boundjid.full, "hello Bob", replaces=ident)
    await bob.sees("a correction goes", "corrected hello Bob")
    other.say(bob.boundjid.full, "by the other")
    await alice.sees("what the other device sent", "myby the other")
    await bob.join("bob")
    await alice.join("alice")
    bob.say(ROOM, "hello room", "groupchat")
    await alice.sees("what is said in the room", "hello room")
    alice.say(ROOM, "hello all", "groupchat")
    await bob.sees("what she says there", "hello all")
    if "refused" in sys.argv:
        alice.say(bob.boundjid.full, "forbidden here")
        await alice.sees("a refusal", "error not this word")
        alice.say(ROOM, "forbidden there", "groupchat")
        await alice.sees("a refusal in the room", "error not this word")
    relay.cut()
    bob.say(alice.boundjid.full, "while away")
    await asyncio.wait_for(alice.resumed.wait(), 30)
    await alice.sees("what came while she was away", "while away")
    alice.say(bob.boundjid.full, "back")
    await bob.sees("and goes again", "back")
    alice.again = False
    # Else the server keeps them, for whom is yet to come.
    for c in alice, other, bob:
        c.disconnect()
        await asyncio.wait_for(c.ended.wait(), 15)


asyncio.run(main())
