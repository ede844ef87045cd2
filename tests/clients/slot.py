# SPDX-License-Identifier: ISC
"""Asks for a slot as a client does: PORT SERVICE NAME SIZE TYPE, without TLS.
Prints the URL to put it at and the one to get it from, and each header."""
import html
import re
import sys

from xmpp_raw import Raw

port, service, name, size, kind = sys.argv[1:]
c = Raw(int(port), tls=False).login("alice", "desk", presence=False)
c.send(f"<iq type='get' id='s1' to='{service}'>"
       f"<request xmlns='urn:xmpp:http:upload:0' filename='{name}' "
       f"size='{size}' content-type='{kind}'/></iq>")
answer = c.expect("<iq [^>]*id=[\"']s1[\"'].*?</iq>").group(0)
assert "<slot" in answer, answer
for which in "put", "get":
    print(html.unescape(re.search(
        f"<{which} [^>]*url=[\"']([^\"']*)", answer).group(1)))
for name, value in re.findall(
        "<header [^>]*name=[\"']([^\"']*)[\"'][^>]*>([^<]*)", answer):
    print(f"{name}: {html.unescape(value)}")
c.end()
