# SPDX-License-Identifier: ISC
"""What the servers of today's distributions do not do, played by one of our
own behind a node: server.py PORT SERVER CASE... PORT is the node's on
127.0.0.1, SERVER where it expects its server. Every case exits with an error
if what it expects does not hold."""
import base64
import random
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
         "<max-bytes>100000</max-bytes><idle-seconds>300</idle-seconds>"
         "</limits>"
         "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
         "<mechanism>PLAIN</mechanism></mechanisms>"
         f"<authentication xmlns='{SASL2}'><mechanism>PLAIN</mechanism>"
         "<mechanism>SCRAM-SHA-1</mechanism><inline>"
         f"<bind xmlns='{BIND2}'><inline><feature var='urn:xmpp:carbons:2'/>"
         f"<feature var='{SM}'/></inline></bind><sm xmlns='{SM}'/>"
         "<sm xmlns='urn:xmpp:sm:2'/>"
         "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE"
         "</mechanism><mechanism>HT-SHA-256-UNIQ</mechanism><mechanism>"
         "HT-SHA-256-EXPR</mechanism><mechanism>HT-SHA-512-ENDP</mechanism>"
         "<mechanism>HT-SHA3-512-NONE</mechanism></fast></inline>"
         "</authentication>")
BOUND = f"<sm xmlns='{SM}'/>"


class Server(socketserver.BaseRequestHandler):
    """Answers what it knows of, and keeps what it was sent."""
    got = ""        # by the last connection, mostly
    got_by = {}     # by each
    elsewhere = ""  # it sends everybody there
    inside = ""     # of <bound/>, whatever was asked for
    resumes = ""    # what it says where a session may be resumed inside
    who = "alice"   # and as whom
    count = 0       # of stanzas since <enable/>
    last = None     # the last connection

    def say(self, text):
        self.request.sendall(text if isinstance(text, bytes)
                             else text.encode())

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
        if "SCRAM" in found.group(0):
            self.asked = found.group(0)
            self.say(f"<challenge xmlns='{SASL2}'>eA==</challenge>")
            return
        asked = self.asked or found.group(0)
        if Server.resumes == "<refuse/>":
            self.say(f"<failure xmlns='{SASL2}'><not-authorized xmlns="
                     "'urn:ietf:params:xml:ns:xmpp-sasl'/></failure>")
            return
        if Server.resumes:
            self.say(f"<success xmlns='{SASL2}'><authorization-identifier>"
                     f"{Server.who}@{DOMAIN}/r1</authorization-identifier>"
                     f"{Server.resumes}</success>"
                     f"<stream:features>{BOUND}</stream:features>")
            return
        Server.count = 0
        if "<bind" in asked:
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
        Server.got, self.text, Server.last = "", "", self
        self.asked = ""
        self.known = (
            (r"<stream:stream [^>]*>", self.header),
            (r"<authenticate .*?</authenticate>", self.authenticate),
            (r"<response .*?</response>", self.authenticate),
            (r"<enable [^>]*>", self.enable),
            (r"<r [^>]*>", self.request_ack),
            (r"<(message|iq|presence)\b[^>]*(/>|>.*?</\1>)", self.stanza))

    def handle(self):
        while more := self.request.recv(65536).decode():
            Server.got += more
            Server.got_by[self] = Server.got_by.get(self, "") + more
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


def authenticate(c, more, mechanism="PLAIN"):
    word = base64.b64encode(b"\0alice\0pw").decode()
    c.send(f"<authenticate xmlns='{SASL2}' mechanism='{mechanism}'>"
           f"<initial-response>{word}</initial-response>{more}"
           "</authenticate>")


def counted(c):
    """Stream management after the login."""
    c.enable()
    one_for_one(c)


def one_for_one(c):
    """Also where a stanza is refused."""
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
    for what in ("urn:xmpp:sm:2", "compress", "iq-auth",
                 "<starttls.*<starttls", "UNIQ|EXPR|ENDP"):
        assert not re.search(what, text), (what, text)
    for what in ("<mechanism>PLAIN</mechanism></mechanisms>",
                 "<mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1<",
                 'var="urn:xmpp:carbons:2"', 'var="urn:xmpp:sm:3"',
                 '<sm xmlns="urn:xmpp:sm:3"/>',
                 "HT-SHA-256-NONE",
                 "HT-SHA3-512-NONE", "<max-bytes>100000</max-bytes>",
                 "<idle-seconds>300</idle-seconds></limits>"):
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
    """It begins with the login, or, where the server does not begin it, may
    later."""
    Server.inside = (f"<enabled xmlns='{SM}' id='sm1' resume='true' "
                     "location='198.51.100.7:5222' max='300'/>")
    more = (f"<bind xmlns='{BIND2}'><tag>test</tag>"
            f"<enable xmlns='{SM}' resume='true'/></bind>")
    c, _ = stream()
    authenticate(c, more)
    c.expect(f'<bound [^>]*><enabled xmlns="{SM}" id="sm1" resume="true" '
             'max="300"/></bound></success>.*</stream:features>')
    assert f'<enable xmlns="{SM}" resume="true"/>' in Server.got, Server.got
    one_for_one(c)
    c.send(f"<enable xmlns='{SM}'/>")
    c.expect("<failed [^>]*><unexpected-request ")
    c.cut()
    Server.inside = ""
    c, _ = stream()
    authenticate(c, more)
    c.expect("</success>.*</stream:features>")
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


def managed():
    """A session that may be resumed, and was refused one of two stanzas."""
    ident = f"sm{random.randrange(1 << 30)}"
    Server.resumes = ""
    Server.inside = f"<enabled xmlns='{SM}' id='{ident}' resume='true'/>"
    c, _ = stream()
    authenticate(c, f"<bind xmlns='{BIND2}'><enable xmlns='{SM}' "
                 "resume='true'/></bind>")
    c.expect("</success>.*</stream:features>")
    Server.inside = ""
    c.chat(f"bob@{DOMAIN}", "fine")
    c.chat(f"bob@{DOMAIN}", "forbidden", "r1")
    c.expect('id="r1"[^>]*type="error".*?</message>')
    assert c.acked() == 2, c.log
    return c, ident


def resume(ident):
    return f"<resume xmlns='{SM}' previd='{ident}' h='1'/>"


def resumed(ident, more="h='2'"):
    return f"<resumed xmlns='{SM}' previd='{ident}' {more}/>"


def case_inline_resumed():
    """Over the old connection the server is asked first what it has; a login
    by more than one step is no other; counters go on as they were."""
    for mechanism in "PLAIN", "SCRAM-SHA-1":
        a, ident = managed()
        old = Server.last
        Server.resumes = resumed(ident)
        c, _ = stream()
        asked = Server.got_by[old].count("<r ")
        authenticate(c, resume(ident) + f"<bind xmlns='{BIND2}'/>", mechanism)
        if mechanism != "PLAIN":
            c.expect("<challenge ")
            c.send(f"<response xmlns='{SASL2}'>eA==</response>")
        c.expect(f'<success [^>]*>.*<resumed [^>]*h="2"[^>]*/></success>'
                 ".*</stream:features>")
        assert Server.got_by[old].count("<r ") > asked, Server.got_by[old]
        assert f'<resume xmlns="{SM}" h="1" previd="{ident}"/>' in Server.got
        a.closed()
        c.chat(f"bob@{DOMAIN}", "forbidden", "r2")
        c.expect('id="r2"[^>]*type="error".*?</message>')
        assert c.acked() == 3, c.log
        c.cut()


def case_inline_not_resumed():
    """The server has no such session, and binds; or does not let in: the old
    connection goes on."""
    a, ident = managed()
    failed = (f"<failed xmlns='{SM}'><item-not-found xmlns='urn:ietf:params:"
              "xml:ns:xmpp-stanzas'/></failed>")
    Server.resumes = failed + f"<bound xmlns='{BIND2}'/>"
    c, _ = stream()
    authenticate(c, resume(ident) + f"<bind xmlns='{BIND2}'/>")
    c.expect("<success.*<failed [^>]*><item-not-found .*<bound .*</success>"
             ".*</stream:features>")
    c.cut()
    Server.resumes = "<refuse/>"
    c, _ = stream()
    authenticate(c, resume(ident))
    c.expect("<failure ")
    a.chat(f"bob@{DOMAIN}", "forbidden", "r3")
    a.expect('id="r3"[^>]*type="error".*?</message>')
    c.cut()
    a.cut()
    Server.resumes = ""


def case_inline_resumed_unasked():
    """Or another than was asked for, or bound besides: nobody is let in."""
    for ask, who, say in (
            (False, "alice", resumed), (True, "bob", resumed),
            (True, "alice", lambda _: resumed("sm0")),
            (True, "alice", lambda ident: resumed(ident, "")),
            (True, "alice", lambda ident: resumed(ident)
             + f"<bound xmlns='{BIND2}'/>")):
        a, ident = managed()
        Server.resumes, Server.who = say(ident), who
        c, _ = stream()
        authenticate(c, resume(ident) if ask else "")
        c.expect("<stream:error><internal-server-error ")
        assert "<success" not in c.log, c.log
        c.closed()
        a.cut()
    Server.resumes, Server.who = "", "alice"


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


def bound():
    c, _ = stream()
    authenticate(c, f"<bind xmlns='{BIND2}'/>")
    c.expect("</success>.*</stream:features>")
    return c


def case_nonsense():
    """Answers to nothing end the session that they come in."""
    for answer in ("<enabled id='x' resume='true'", "<failed",
                   "<resumed previd='x' h='0'", "<a h='77'"):
        for before in "", "enabled":
            c = bound()
            if before:
                c.enable()
            Server.last.say(f"{answer} xmlns='{SM}'/>")
            c.expect("<stream:error><internal-server-error ")
            c.closed()
    c = bound()
    Server.last.say(f"<r xmlns='{SM}'/>")
    counted(c)
    assert "<r " not in c.log, c.log
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
