# SPDX-License-Identifier: ISC
"""What has no place where it stands in a stream: misplaced.py PORT. Prints for
each such element whether the stream lives, which is to be the same wherever
PORT leads to the same server: "open" is before the login, "known" behind it,
"bound" and "managed" (XEP-0198) where a resource is bound."""
import base64
import re
import sys
import time

from xmpp_raw import DOMAIN, SM, HEADER, Raw

PORT = int(sys.argv[1])
SASL, SASL2 = "urn:ietf:params:xml:ns:xmpp-sasl", "urn:xmpp:sasl:2"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
PLAIN = base64.b64encode(b"\0alice\0pw").decode()
LOGIN = f"<auth xmlns='{SASL}' mechanism='PLAIN'>{PLAIN}</auth>"
ELEMENTS = {
    "resume": f"<resume xmlns='{SM}' previd='none' h='0'/>",
    "resume without h": f"<resume xmlns='{SM}' previd='none'/>",
    "older resume": "<resume xmlns='urn:xmpp:sm:2' previd='none' h='0'/>",
    "enable": f"<enable xmlns='{SM}' resume='true'/>",
    "r": f"<r xmlns='{SM}'/>",
    "a": f"<a xmlns='{SM}' h='0'/>",
    "a of too many": f"<a xmlns='{SM}' h='1000'/>",
    "a of nothing": f"<a xmlns='{SM}'/>",
    "enabled": f"<enabled xmlns='{SM}' id='x'/>",
    "failed": f"<failed xmlns='{SM}'/>",
    "auth": LOGIN,
    "auth by nothing": f"<auth xmlns='{SASL}' mechanism='NONE'/>",
    "response": f"<response xmlns='{SASL}'/>",
    "abort": f"<abort xmlns='{SASL}'/>",
    "authenticate": f"<authenticate xmlns='{SASL2}' mechanism='NONE'>"
                    f"<initial-response>{PLAIN}</initial-response>"
                    "</authenticate>",
    "abort of SASL2": f"<abort xmlns='{SASL2}'/>",
    "bind": f"<iq type='set' id='other'><bind xmlns='{BIND}'>"
            "<resource>other</resource></bind></iq>",
    "session": "<iq type='set' id='other'><session xmlns="
               "'urn:ietf:params:xml:ns:xmpp-session'/></iq>",
    "message": f"<message to='bob@{DOMAIN}'><body>x</body></message>",
    "presence": "<presence/>",
    "iq": f"<iq type='get' id='other' to='{DOMAIN}'>"
          "<query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
    "active": "<active xmlns='urn:xmpp:csi:0'/>",
    "features": "<stream:features/>",
    "stream error": "<stream:error><undefined-condition xmlns="
                    "'urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
    "unknown": "<x xmlns='urn:example:x'/>",
}


def bind():
    return (f"<iq type='set' id='b'><bind xmlns='{BIND}'><resource>"
            f"r{time.time_ns()}</resource></bind></iq>")


def stream(place):
    c = Raw(PORT, tls=False)
    if place == "open":
        c.send(HEADER)
        c.expect("</stream:features>")
        return c, LOGIN, "<success "
    c.auth("alice")
    if place == "known":
        return c, bind(), "<jid>"
    c.bind(f"r{time.time_ns()}")
    if place == "managed":
        c.enable()
    return c, (f"<iq type='get' id='alive' to='{DOMAIN}'>"
               "<ping xmlns='urn:xmpp:ping'/></iq>"), "id=[\"']alive[\"']"


def lives(place, element):
    c, then, answer = stream(place)
    try:
        c.send(element + then)
        c.expect(f"{answer}|<stream:error|</stream:stream>")
        return bool(re.search(answer, c.log))
    except (AssertionError, OSError):
        return False
    finally:
        c.socket.close()


for place in "open", "known", "bound", "managed":
    for name, element in ELEMENTS.items():
        # What logs in there is in its place.
        if (place, name) in (("open", "auth"), ("known", "bind")):
            continue
        print(f"{place}: {name}:",
              "lives" if lives(place, element) else "ends")
