# SPDX-License-Identifier: ISC
"""Text where nobody looks: hidden.py PORT

A client puts words wherever a node may pass something on unjudged. Each word
that reaches another client must be in the journal; the last line is of those
that did. The words of passwords, which are in no journal, reach nobody."""
import re
import subprocess
import sys

from xmpp_raw import DOMAIN, HEADER, SM, Raw

PORT = int(sys.argv[1])
BARE = f"alice@{DOMAIN}"
count = 0


def word():
    global count
    count += 1
    return f"tok{count}k"


def queries():
    """What may look like a password."""
    for ns, field in (("register", "password"), ("register", "key"),
                      ("register", "name"), ("auth", "password"),
                      ("auth", "digest"), ("auth", "x")):
        yield f"<query xmlns='jabber:iq:{ns}'><{field}>W</{field}></query>"
    q = "<query xmlns='jabber:iq:register'>%s</query>"
    yield q % "<password>W</password><password>W</password>"
    yield q % "<password><x>W</x></password>"
    yield q % "<password x='W'>W</password>"
    yield q % "<x><password>W</password></x>"
    yield q % ("<password>" + "W " * 300 + "</password>")
    yield q % ("<x xmlns='jabber:x:data'><field var='password'>"
               "<value>W</value><value>W</value></field><field var='x'>"
               "<value>W</value></field></x>")
    yield q % "<password>W</password>" + q % "<password>W</password>"
    yield "<password xmlns='jabber:iq:register'>W</password>"
    yield "<r:query xmlns:r='jabber:iq:auth'><r:digest>W</r:digest></r:query>"


def nonzas():
    for name in "active", "inactive", "x":
        yield f"<{name} xmlns='urn:xmpp:csi:0' a='W'>W<x>W</x></{name}>"
    for name in "r", "a h='0'", "enable resume='true' max='9'", "x", "enabled":
        yield f"<{name} xmlns='{SM}' y='W'>W</{name.split()[0]}>"
    yield ("<compress xmlns='http://jabber.org/protocol/compress'>"
           "<method>W</method></compress>")
    yield ("<x xmlns='http://etherx.jabber.org/streams'>W</x>")


def fill(text):
    return re.sub("W", lambda _: word(), text)


def attempt(text):
    """A stream of its own, as some end it."""
    c = Raw(PORT)
    c.auth("alice")
    c.send(text)
    c.refuse("never", 0.2)
    c.cut()


desk, phone = (Raw(PORT).login("alice", name) for name in ("desk", "phone"))
bob = Raw(PORT).login("bob", "other")
addresses = [phone.jid, desk.jid, BARE, BARE + "/", DOMAIN, BARE.upper(),
             phone.jid.upper(), bob.jid, f"bob@{DOMAIN}", None]
n = 0
for query in queries():
    for to in addresses:
        for kind in "set", "result", "get", "error":
            n += 1
            where = f" to='{to}'" if to else ""
            desk.send(f"<iq type='{kind}' id='q{n}'{where}>{fill(query)}"
                      "</iq>")
    # Its answers, or the server's, fill no buffer.
    desk.refuse("never", 0.05)
    phone.refuse("never", 0.05)
    bob.refuse("never", 0.05)
for nonza in nonzas():
    desk.send(fill(nonza))
for ident in "register", "bind", "auth":
    body = {"register": "<query xmlns='jabber:iq:register'>W</query>",
            "bind": "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>W</bind>",
            "auth": "<query xmlns='jabber:iq:auth'>W</query>"}[ident]
    for to in phone.jid, bob.jid:
        attempt(fill(f"<iq type='set' id='e' to='{to}'>{body}"
                     "<x xmlns='u:x'>W</x></iq>"))
attempt(fill("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>W</auth>"))
attempt(fill("<authenticate xmlns='urn:xmpp:sasl:2'>W</authenticate>"))
other = Raw(PORT)
other.starttls()
other.send(HEADER.replace(" to=", fill(" from='W' W='W' to=")))
other.refuse("never", 0.3)
for client in phone, bob:
    desk.chat(client.jid, "the end")
    client.expect("<body>the end</body>", 20)
    client.refuse("never", 0.2)
reached = set(re.findall("tok[0-9]+k", phone.log + bob.log))
journal = subprocess.run("cup-search journal; cup-search refused", shell=True,
                         stdout=subprocess.PIPE, text=True).stdout
known = set(re.findall("tok[0-9]+k", journal))
assert not reached - known, sorted(reached - known)
print(f"{len(reached)} of {count} reached another client, all judged")
