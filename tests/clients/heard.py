# SPDX-License-Identifier: ISC
"""Prints what Bob gets to read, himself and in a room: heard.py PORT COUNT."""
import re
import sys

from xmpp_raw import DOMAIN, Raw

ROOM = f"go@rooms.{DOMAIN}"
bob = Raw(int(sys.argv[1]), tls=False).login("bob", "ears")
bob.send(f"<presence to='{ROOM}/bob'>"
         "<x xmlns='http://jabber.org/protocol/muc'/></presence>")
bob.expect("<status[^>]*110")
bob.send(f"<iq type='set' id='r' to='{ROOM}'><query xmlns="
         "'http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data'"
         " type='submit'/></query></iq>")
bob.expect("<iq[^>]*id=[\"']r[\"']")
print("ready", flush=True)
for _ in range(int(sys.argv[2])):
    found = bob.expect("<message [^>]*from=[\"']([^\"'/]*)[^>]*>"
                       "(?:(?!</message>).)*<body>([^<]*)</body>")
    print(re.sub("@.*", "", found.group(1)), "says", found.group(2).strip(),
          flush=True)
bob.end()
