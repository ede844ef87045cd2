# SPDX-License-Identifier: ISC
"""What the servers of today's distributions do not do, played by one of our
own behind a node: xmpp-server.py PORT SERVER CASE... PORT is the node's on
127.0.0.1, SERVER where it expects its server. Every case exits with an error
if what it expects does not hold."""
import base64
import re
import socketserver
import sys
import threading

from xmpp_raw import DOMAIN, HEADER, SM, Raw

PORT, SERVER = int(sys.argv[1]), int(sys.argv[2])
SASL2, BIND2 = "urn:xmpp:sasl:2", "urn:xmpp:bind:0"
STREAM = ("<stream:stream xmlns='jabber:client' xmlns:stream="
          "'http://etherx.jabber.org/streams' version='1.0' id='s1' "
          f"from='{DOMAIN}'>")
OFFER = ("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
         "<compression xmlns='http://jabber.org/features/compress'>"
         "<method>zlib</method></compression>"
         "<auth xmlns='http://jabber.org/features/iq-auth'/>"
         "<limits xmlns='urn:xmpp:stream-limits:0'>"
         "<max-bytes>100000</max-bytes></limits>"
         "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
         "<mechanism>PLAIN</mechanism></mechanisms>"
         f"<authentication xmlns='{SASL2}'><mechanism>PLAIN</mechanism>"
         "<mechanism>SCRAM-SHA-1</mechanism><inline>"
         f"<bind xmlns='{BIND2}'><inline><feature var='urn:xmpp:carbons:2'/>"
         f"<feature var='{SM}'/></inline></bind><sm xmlns='{SM}'/>"
         "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE"
         "</mechanism></fast></inline></authentication>")
BOUND = f"<sm xmlns='{SM}'/>"


class Server(socketserver.BaseRequestHandler):
    """Answers what it knows of, and keeps what it was sent."""
    got = ""        # by the last connection
    elsewhere = ""  # it sends everybody there
    inside = ""     # of <bound/>, whatever was asked for
    count = 0       # of stanzas since <enable/>

    def say(self, text):
        self.request.sendall(text.encode())

    def features(self, what):
        self.say(STREAM + f"<stream:features>{what}</stream:features>")

    def header(self, found):
        if Server.elsewhere:
            self.features(OFFER)
            self.say("<stream:error><see-other-host xmlns="
                     "'urn:ietf:params:xml:ns:xmpp-streams'>"
                     f"{Server.elsewhere}</see-other-host></stream:error>"
                     "</stream:stream>")
        else:
            self.features(OFFER)

    def authenticate(self, found):
        more = ""
        if "<bind" in found.group(0):
            more = f"<bound xmlns='{BIND2}'>{Server.inside}</bound>"
        self.say(f"<success xmlns='{SASL2}'><authorization-identifier>"
                 f"alice@{DOMAIN}/r1</authorization-identifier>{more}"
                 f"</success><stream:features>{BOUND}</stream:features>")

    def enable(self, found):
        Server.count = 0
        self.say(f"<enabled xmlns='{SM}' id='sm1' resume='true' "
                 "location='[198.51.100.7]:5222'/>")

    def request_ack(self, found):
        self.say(f"<a xmlns='{SM}' h='{Server.count}'/>")

    def stanza(self, found):
        Server.count += 1
        ping = re.search(r"id=\"(\w+)\".*<ping", found.group(0))
        if ping:
            self.say(f"<iq type='result' id='{ping.group(1)}' "
                     f"from='{DOMAIN}'/>")

    def setup(self):
        Server.got, self.text = "", ""
        self.known = (
            (r"<stream:stream [^>]*>", self.header),
            (r"<authenticate .*?</authenticate>", self.authenticate),
            (r"<enable [^>]*>", self.enable),
            (r"<r [^>]*>", self.request_ack),
            (r"<(message|iq|presence)\b[^>]*(/>|>.*?</\1>)", self.stanza))

    def handle(self):
        while more := self.request.recv(65536).decode():
            Server.got += more
            self.text += more
            while True:
                hits = [(m.start(), m, act) for p, act in self.known
                        if (m := re.search(p, self.text, re.S))]
                if not hits:
                    break
                _, m, act = min(hits, key=lambda hit: hit[0])
                self.text = self.text[m.end():]
                act(m)


class Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


def stream():
    c = Raw(PORT, tls=False)
    c.send(HEADER)
    return c, c.expect("<stream:features.*</stream:features>").group(0)


def authenticate(c, more):
    word = base64.b64encode(b"\0alice\0pw").decode()
    c.send(f"<authenticate xmlns='{SASL2}' mechanism='PLAIN'>"
           f"<initial-response>{word}</initial-response>{more}"
           "</authenticate>")


def counted(c):
    """Stream management after the login: one for one, also where a stanza is
    refused."""
    c.enable()
    assert "198.51.100.7" not in c.log, c.log
    for i in range(3):
        c.chat(f"bob@{DOMAIN}", f"fine {i}", f"f{i}")
        c.chat(f"bob@{DOMAIN}", f"forbidden {i}", f"r{i}")
        c.expect(f'id="r{i}"[^>]*type="error".*not this word.*?</message>')
    assert c.acked() == 6, c.log
    assert "forbidden" not in Server.got, Server.got
    assert f'from="alice@{DOMAIN}/r1"' in Server.got, Server.got


def case_features():
    """Mechanisms stay as they are; what the node does not do is taken out."""
    c, text = stream()
    for what in ("urn:xmpp:sm:3", "compress", "iq-auth",
                 "<starttls.*<starttls"):
        assert not re.search(what, text), (what, text)
    for what in ("<mechanism>PLAIN</mechanism></mechanisms>",
                 "<mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1<",
                 'var="urn:xmpp:carbons:2"', "HT-SHA-256-NONE",
                 "<max-bytes>100000</max-bytes>"):
        assert what in text, (what, text)
    c.cut()


def case_bind2():
    """The login is what <success/> says, and behind it all is as ever."""
    c, _ = stream()
    authenticate(c, f"<bind xmlns='{BIND2}'><tag>test</tag></bind>")
    c.expect(f"alice@{DOMAIN}/r1.*<bound.*</success>.*</stream:features>")
    counted(c)
    c.cut()


def case_inline_enable():
    """Asked for unoffered, it does not reach the server."""
    c, _ = stream()
    authenticate(c, f"<bind xmlns='{BIND2}'><tag>test</tag>"
                 f"<enable xmlns='{SM}' resume='true'/></bind>")
    c.expect("</success>.*</stream:features>")
    assert SM not in Server.got and "<tag>test</tag>" in Server.got, Server.got
    counted(c)
    c.cut()


def case_inline_resume():
    """The client is told that there is no such session, and is bound anew."""
    c, _ = stream()
    authenticate(c, f"<resume xmlns='{SM}' previd='sm0' h='7'/>"
                 f"<bind xmlns='{BIND2}'/>")
    text = c.expect("<success.*</success>").group(0)
    assert "resume" not in Server.got, Server.got
    assert re.search(f'<failed xmlns="{SM}"><item-not-found ', text), text
    assert "<bound" in text, text
    c.expect("</stream:features>")
    counted(c)
    c.cut()


def case_server_insists():
    """A server that begins it unasked lets nobody in."""
    Server.inside = f"<enabled xmlns='{SM}' id='sm1'/>"
    c, _ = stream()
    authenticate(c, f"<bind xmlns='{BIND2}'/>")
    c.expect("<stream:error><policy-violation ")
    assert "<success" not in c.log, c.log
    c.closed()
    Server.inside = ""


def case_password():
    """It goes to the server as it is; to others it is a stanza like any."""
    c, _ = stream()
    authenticate(c, f"<bind xmlns='{BIND2}'/>")
    c.expect("</success>.*</stream:features>")
    c.enable()
    for to, word in ((DOMAIN.upper(), "hunter2"), (f"bob@{DOMAIN}", "tell2")):
        c.send(f"<iq type='set' id='p1' to='{to}'>"
               "<query xmlns='jabber:iq:register'><username>alice</username>"
               f"<password>{word}</password></query></iq>")
    assert c.acked() == 2, c.log
    for word in "hunter2", "tell2":
        assert f"<password>{word}</password>" in Server.got, Server.got
    c.cut()


def case_keepalive():
    """White space goes on while a stanza is held, and not into it."""
    c, _ = stream()
    authenticate(c, f"<bind xmlns='{BIND2}'/>")
    c.expect("</success>.*</stream:features>")
    print("ready", flush=True)
    sys.stdin.readline()
    before = len(Server.got)
    c.chat(f"bob@{DOMAIN}", "held")
    for _ in range(50):
        c.send(" ")
        c.refuse("<", 0.1)
        if Server.got[before:].startswith(" "):
            break
    assert Server.got[before:].strip() == "", Server.got
    assert len(Server.got) > before, "no white space came"
    print("alive", flush=True)
    sys.stdin.readline()
    c.refuse("<", 0.1)
    while "held" not in Server.got:
        c.refuse("<", 0.1)
    c.cut()


def case_elsewhere():
    """A redirection would lead around the node: come again, says it."""
    Server.elsewhere = "xmpp2.acme.localhost:5222"
    c = Raw(PORT, tls=False)
    c.send(HEADER)
    c.expect("<stream:error><reset .*</stream:stream>")
    assert "xmpp2" not in c.log and "see-other" not in c.log, c.log
    c.closed()
    Server.elsewhere = ""


with Threads(("127.0.0.1", SERVER), Server) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name in sys.argv[3:]:
        globals()["case_" + name]()
        print("ok", name)
    server.shutdown()
