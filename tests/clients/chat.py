# SPDX-License-Identifier: ISC
"""Two clients chat through a node: usage: chat.py PORT [direct]

Logs in alice and bob by SCRAM (over STARTTLS, or direct TLS), gets rosters,
exchanges presence, chats both ways, sees carbons on a second resource, joins a
room and talks there, asks the archive, acknowledges by XEP-0198. Prints one
line for each thing seen and exits 0 only if all were.
"""
import asyncio
import logging
import ssl
import sys

import slixmpp

from xmpp_raw import DOMAIN, connect

PORT = int(sys.argv[1])
DIRECT = len(sys.argv) > 2 and sys.argv[2] == "direct"
logging.basicConfig(level=logging.ERROR)


class Client(slixmpp.ClientXMPP):
    def __init__(self, user, resource):
        super().__init__(f"{user}@{DOMAIN}/{resource}", "pw",
                         sasl_mech="SCRAM-SHA-1")
        self.ready = asyncio.Event()
        self.seen = asyncio.Queue()
        for name in ("xep_0030", "xep_0045", "xep_0198", "xep_0199",
                     "xep_0280", "xep_0313"):
            self.register_plugin(name)
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("message", self.on_message)
        self.add_event_handler("carbon_received", self.on_carbon)
        self.add_event_handler("carbon_sent", self.on_carbon)
        self.add_event_handler("groupchat_presence", self.on_presence)
        self.add_event_handler("failed_auth", self.on_failure)

    def on_failure(self, _):
        print("login failed")

    async def start(self, _):
        self.send_presence()
        await self.get_roster()
        await self["xep_0280"].enable()
        self.ready.set()

    def on_message(self, m):
        self.seen.put_nowait((str(m["type"]), str(m["from"]), str(m["body"])))

    def on_carbon(self, m):
        inner = m["carbon_received"] if m.get_plugin(
            "carbon_received", check=True) else m["carbon_sent"]
        self.seen.put_nowait(("carbon", "", str(inner["body"])))

    def on_presence(self, p):
        self.seen.put_nowait(("presence", str(p["from"]), ""))

    async def expect(self, kind, sender="", body=""):
        while True:
            got = await asyncio.wait_for(self.seen.get(), 10)
            if got[0] == kind and got[1].startswith(sender) and \
                    body in got[2]:
                print("seen:", self.boundjid.resource, *got)
                return got

    def open(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.ssl_context = context
        self.get_ssl_context = lambda: context
        connect(self, "127.0.0.1", PORT, "direct" if DIRECT else "starttls")


async def main():
    desk, phone, bob = (Client("alice", "desk"), Client("alice", "phone"),
                        Client("bob", "home"))
    for c in (desk, phone, bob):
        c.open()
        await asyncio.wait_for(c.ready.wait(), 15)
        print("logged in:", c.boundjid.full, "sm:",
              c["xep_0198"].enabled_in, c["xep_0198"].enabled_out)
    desk.send_presence(pto=f"bob@{DOMAIN}", ptype="subscribe")
    desk.send_message(mto=f"bob@{DOMAIN}", mbody="hello\nbob\t& <all>",
                      mtype="chat")
    await bob.expect("chat", f"alice@{DOMAIN}/desk", "hello\nbob\t& <all>")
    await phone.expect("carbon", "", "hello")
    bob.send_message(mto=f"alice@{DOMAIN}", mbody="hi alice", mtype="chat")
    await desk.expect("chat", f"bob@{DOMAIN}/home", "hi alice")
    room = f"tea@rooms.{DOMAIN}"
    for c, nick in ((desk, "al"), (bob, "bo")):
        c["xep_0045"].join_muc(room, nick)
        await c.expect("presence", f"{room}/{nick}")
    bob.send_message(mto=room, mbody="to all", mtype="groupchat")
    await desk.expect("groupchat", f"{room}/bo", "to all")
    await bob.expect("groupchat", f"{room}/bo", "to all")
    count = 0
    async for m in desk["xep_0313"].iterate(
            with_jid=slixmpp.JID(f"bob@{DOMAIN}")):
        count += 1
    print("archived:", count)
    assert count >= 2, "archive"
    rtt = await desk["xep_0199"].ping(jid=DOMAIN)
    print("ping:", rtt < 5)
    for c in (desk, phone, bob):
        await c.disconnect()
    print("all seen")


asyncio.run(asyncio.wait_for(main(), 60))
