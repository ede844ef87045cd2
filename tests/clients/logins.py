# SPDX-License-Identifier: ISC
"""Every way to log in, from the stream's header to a presence: logins.py PORT
WRITES [tls]. WRITES is steps (each answer is waited for), whole (all in one
write, as far as a way can) or bytes (the same, each byte alone). Prints a line
for each way and what came of it: the same wherever PORT leads to the same
server."""
import base64
import hashlib
import hmac
import re
import socket
import sys

from xmpp_raw import DOMAIN, HEADER, SM, Raw

PORT, WRITES = int(sys.argv[1]), sys.argv[2]
TLS = len(sys.argv) > 3
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
SASL2, BIND2, FAST = "urn:xmpp:sasl:2", "urn:xmpp:bind:0", "urn:xmpp:fast:0"
AGENT = ("<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'>"
         "<software>logins</software></user-agent>")
# Servers offer SASL2 and FAST to who says in the header who it is.
NAMED = HEADER.replace(" to=", f" from='alice@{DOMAIN}' to=")
HASHES = {"SHA-1": "sha1", "SHA-256": "sha256"}


def b64(data):
    return base64.b64encode(data).decode()


class Way:
    def __init__(self):
        self.c = Raw(PORT, tls=TLS)
        self.c.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if TLS:
            self.c.starttls()
        self.later = ""

    def say(self, text, answer):
        """And wait for the answer; or say it together with what follows."""
        if WRITES == "steps":
            self.c.send(text)
            return self.c.expect(answer)
        self.later += text
        return None

    def flush(self):
        if WRITES == "bytes":
            for byte in self.later.encode():
                self.c.send(bytes([byte]))
        elif self.later:
            self.c.send(self.later)
        self.later = ""

    def header(self, header=HEADER):
        self.say(header, "</stream:features>")

    def step(self, answer):
        """What no server takes before it has answered."""
        self.flush()
        if WRITES != "steps":
            self.c.expect(answer)

    def plain(self):
        return b64(b"\0alice\0pw")

    def scram(self, mechanism, gs2):
        """The first message, and what answers a challenge."""
        algorithm = HASHES[mechanism]
        bare = "n=alice,r=fyko+d2lbbFgONRv9qkxdawL"

        def answer(challenge):
            server = base64.b64decode(challenge).decode()
            part = dict(x.split("=", 1) for x in server.split(","))
            salted = hashlib.pbkdf2_hmac(algorithm, b"pw",
                                         base64.b64decode(part["s"]),
                                         int(part["i"]))
            key = hmac.digest(salted, b"Client Key", algorithm)
            final = f"c={b64(gs2.encode())},r={part['r']}"
            signed = hmac.digest(hashlib.new(algorithm, key).digest(),
                                 f"{bare},{server},{final}".encode(),
                                 algorithm)
            proof = bytes(a ^ b for a, b in zip(key, signed))
            return b64(f"{final},p={b64(proof)}".encode())

        return b64(f"{gs2}{bare}".encode()), answer

    def bind_and_come(self):
        self.say("<iq type='set' id='b'><bind xmlns="
                 "'urn:ietf:params:xml:ns:xmpp-bind'>"
                 "<resource>desk</resource></bind></iq>", "<iq.*?</iq>")
        self.say(f"<enable xmlns='{SM}' resume='true'/>", "<enabled[^>]*>")
        return self.come()

    def come(self):
        self.say("<presence/><message to='alice@" + DOMAIN + "' id='self'"
                 " type='chat'><body>to myself</body></message>"
                 f"<r xmlns='{SM}'/>", "to myself</body>.*?</message>")
        self.flush()
        if WRITES != "steps":
            self.c.expect("to myself</body>.*?</message>")
        jid = re.search(f"alice@{DOMAIN}/[^<]*", self.c.log).group(0)
        assert re.search("<presence[^>]*" + re.escape(jid), self.c.log)
        self.c.end()
        return "in as " + jid.split(".")[0]


def sasl1_plain(w):
    w.header()
    w.say(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{w.plain()}</auth>",
          "<success[^>]*>")
    w.step("<success[^>]*>")
    w.header()
    return w.bind_and_come()


def sasl1_scram(w, mechanism="SHA-1", gs2="n,,"):
    first, answer = w.scram(mechanism, gs2)
    w.header()
    w.say(f"<auth xmlns='{SASL}' mechanism='SCRAM-{mechanism}'>{first}</auth>",
          "")
    w.flush()
    challenge = w.c.expect("<(challenge|failure)[^>]*>(.*?)</[^>]*>").group(2)
    w.say(f"<response xmlns='{SASL}'>{answer(challenge)}</response>",
          "<success[^>]*>")
    w.step("<success[^>]*>")
    w.header()
    return w.bind_and_come()


def sasl1_scram256(w):
    return sasl1_scram(w, "SHA-256")


def sasl1_scram_y(w):
    return sasl1_scram(w, gs2="y,,")


def inline_bind(more=""):
    return (f"{AGENT}<bind xmlns='{BIND2}'><tag>logins</tag>"
            "<enable xmlns='urn:xmpp:carbons:2'/></bind>" + more)


def sasl2_plain(w):
    w.header(NAMED)
    w.say(f"<authenticate xmlns='{SASL2}' mechanism='PLAIN'>"
          f"<initial-response>{w.plain()}</initial-response>{AGENT}"
          "</authenticate>", "<success.*</stream:features>")
    return w.bind_and_come()


def sasl2_bind2(w):
    w.header(NAMED)
    w.say(f"<authenticate xmlns='{SASL2}' mechanism='PLAIN'>"
          f"<initial-response>{w.plain()}</initial-response>{inline_bind()}"
          "</authenticate>", "<success.*?</success>")
    return w.come()


def managed(w):
    """Stream management inside the bind; then the connection is lost. What to
    resume, and what the server counted."""
    w.header(NAMED)
    w.say(f"<authenticate xmlns='{SASL2}' mechanism='PLAIN'>"
          f"<initial-response>{w.plain()}</initial-response>{AGENT}"
          f"<bind xmlns='{BIND2}'><tag>logins</tag><enable xmlns='{SM}' "
          "resume='true'/></bind></authenticate>", "<success.*?</success>")
    w.say("<presence/><message to='alice@" + DOMAIN + "' id='self'"
          " type='chat'><body>to myself</body></message>", "to myself")
    w.step("to myself</body>.*?</message>")
    ident = re.search("<enabled [^>]*id=[\"']([^\"']*)", w.c.log).group(1)
    count = w.c.acked()
    got = len(re.findall("<(message|presence|iq) ",
                         w.c.log[w.c.log.index("<enabled "):]))
    w.c.cut()
    return ident, got, count


def goes_on(w, count):
    """The counters do, too."""
    w.c.chat(f"alice@{DOMAIN}", "again")
    w.c.expect("<body>again</body>")
    counted = w.c.acked()
    w.c.end()
    return f"in as alice@acme, {count} counted, then {counted}"


def sasl2_managed(w):
    """And a resumption outside of it."""
    ident, got, count = managed(w)
    w.c = Raw(PORT, tls=TLS)
    w.c.resume("alice", ident, got)
    w.c.expect(f"<resumed [^>]*h=[\"']{count}[\"']")
    return goes_on(w, count)


def resumed_inside(w, start, more=""):
    """XEP-0388: in the same element as the login; it says as whom."""
    ident, got, count = managed(w)
    again = Way()
    again.header(NAMED)
    again.say(start + AGENT + more +
              f"<resume xmlns='{SM}' previd='{ident}' h='{got}'/>"
              "</authenticate>", "<success.*?</success>")
    if WRITES != "steps":
        again.flush()
        again.c.expect("<success.*?</success>")
    assert re.search(f"<success.*<resumed [^>]*h=[\"']{count}[\"']",
                     again.c.log, re.S), again.c.log
    return goes_on(again, count)


def sasl2_resumed(w):
    return resumed_inside(
        w, f"<authenticate xmlns='{SASL2}' mechanism='PLAIN'>"
        f"<initial-response>{w.plain()}</initial-response>")


def fast_resumed(w):
    return resumed_inside(w, fast_start(), f"<fast xmlns='{FAST}' count='2'/>")


def sasl2_not_resumed(w):
    """There is no such session: it is bound anew."""
    w.header(NAMED)
    w.say(f"<authenticate xmlns='{SASL2}' mechanism='PLAIN'>"
          f"<initial-response>{w.plain()}</initial-response>"
          f"<resume xmlns='{SM}' previd='nowhere' h='3'/>{inline_bind()}"
          "</authenticate>", "<success.*?</success>")
    result = w.come()
    assert re.search("<success.*<failed.*<item-not-found.*</success>",
                     w.c.log, re.S), w.c.log
    return result


def sasl2_scram(w):
    first, answer = w.scram("SHA-1", "n,,")
    w.header(NAMED)
    w.say(f"<authenticate xmlns='{SASL2}' mechanism='SCRAM-SHA-1'>"
          f"<initial-response>{first}</initial-response>{inline_bind()}"
          "</authenticate>", "")
    w.flush()
    challenge = w.c.expect("<(challenge|failure)[^>]*>(.*?)</[^>]*>").group(2)
    w.say(f"<response xmlns='{SASL2}'>{answer(challenge)}</response>",
          "<success.*?</success>")
    return w.come()


def token():
    """Asked for by password, in steps."""
    c = Raw(PORT, tls=TLS)
    if TLS:
        c.starttls()
    c.send(NAMED)
    c.expect("</stream:features>")
    c.send(f"<authenticate xmlns='{SASL2}' mechanism='PLAIN'>"
           f"<initial-response>{b64(b'%calice%cpw' % (0, 0))}"
           "</initial-response>" + inline_bind(
               f"<request-token xmlns='{FAST}' mechanism='HT-SHA-256-NONE'/>")
           + "</authenticate>")
    found = c.expect("<token [^>]*?token=[\"']([^\"']*)").group(1)
    c.end()
    return found


def fast_start():
    secret = token()
    word = b64(b"alice\0" + hmac.digest(secret.encode(), b"Initiator",
                                        "sha256"))
    return (f"<authenticate xmlns='{SASL2}' mechanism='HT-SHA-256-NONE'>"
            f"<initial-response>{word}</initial-response>")


def fast(w):
    start = fast_start()
    w.header(NAMED)
    w.say(start + inline_bind(f"<fast xmlns='{FAST}' count='1'/>")
          + "</authenticate>", "<success.*?</success>")
    return w.come()


def offered():
    """The features of a stream whose header says who it is."""
    w = Way()
    w.c.send(NAMED)
    text = w.c.expect("<stream:features.*</stream:features>").group(0)
    w.c.end()
    return text


FEATURES = offered()
WAYS = {sasl1_plain: "<mechanism>PLAIN<", sasl1_scram: ">SCRAM-SHA-1<",
        sasl1_scram256: ">SCRAM-SHA-256<", sasl1_scram_y: ">SCRAM-SHA-1<",
        sasl2_plain: SASL2, sasl2_bind2: BIND2, sasl2_scram: BIND2,
        sasl2_managed: BIND2 + ".*<feature var=[\"']" + SM,
        sasl2_resumed: f"<sm xmlns=[\"']{SM}",
        sasl2_not_resumed: f"<sm xmlns=[\"']{SM}",
        fast: ">HT-SHA-256-NONE<",
        fast_resumed: f"<sm xmlns=[\"']{SM}.*>HT-SHA-256-NONE<|"
        f">HT-SHA-256-NONE<.*<sm xmlns=[\"']{SM}"}


def outcome(way):
    try:
        w = Way()
        return way(w)
    except (AssertionError, AttributeError, OSError, ValueError) as e:
        said = re.findall("<(failure|stream:error)[^>]*>.*?<([a-z-]+)",
                          w.c.log)
        return f"is not in: {said or str(e)[:300]}"


for way, feature in WAYS.items():
    if not re.search(feature, FEATURES, re.S):
        print(way.__name__, "is not offered")
        continue
    # Prosody 13 loses what comes in single bytes now and then.
    for _ in range(3):
        result = outcome(way)
        if result.startswith("in as"):
            break
    print(way.__name__, result)
