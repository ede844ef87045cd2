# SPDX-License-Identifier: ISC
"""What the clients share: a stream by hand, for what a library would never
send, and a library's way to connect."""
import base64
import io
import re
import socket
import ssl
import sys
import time

DOMAIN = "acme.localhost"
HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
          "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' "
          f"to='{DOMAIN}'>")
SM = "urn:xmpp:sm:3"
SASL2 = "urn:xmpp:sasl:2"


def wait(word):
    """Say it, where the test is to act, and wait for its line."""
    print(word, flush=True)
    return sys.stdin.readline().strip()


def connect(client, host, port, how):
    """A client of slixmpp: "plain", "starttls" or "direct", and no other
    way. Its connect() is another one from 1.10 on."""
    if hasattr(client, "enable_plaintext"):
        client.enable_plaintext = how == "plain"
        client.enable_starttls = how == "starttls"
        client.enable_direct_tls = how == "direct"
        client.connect(host, port)
    else:
        client.connect((host, port), use_ssl=how == "direct",
                       force_starttls=how == "starttls",
                       disable_starttls=how != "starttls")


class Raw:
    def __init__(self, port, tls=True, host="127.0.0.1", source=None):
        self.socket = socket.create_connection(
            (host, port), 10, source and (source, 0))
        self.text = ""
        self.log = ""
        self.tls = tls
        self.count = 0  # stanzas got since <enabled/>, where one counts

    @property
    def log(self):
        """All that came, which may be megabytes."""
        return self.came.getvalue()

    @log.setter
    def log(self, text):
        self.came = io.StringIO()
        self.came.write(text)

    def send(self, text):
        self.socket.sendall(text if isinstance(text, bytes)
                            else text.encode())

    def read(self, wait):
        self.socket.settimeout(max(wait, 0.01))
        try:
            more = self.socket.recv(65536)
        except (TimeoutError, ssl.SSLWantReadError):
            return True
        except (ConnectionError, ssl.SSLError):
            more = b""
        self.text += more.decode()
        self.came.write(more.decode())
        return bool(more)

    def expect(self, pattern, wait=30):
        """Up to and with the pattern; the match."""
        end = time.monotonic() + wait
        while True:
            found = re.search(pattern, self.text, re.S)
            if found:
                self.text = self.text[found.end():]
                return found
            left = end - time.monotonic()
            if left <= 0 or not self.read(left):
                raise AssertionError(f"no {pattern!r} in {self.text!r}")

    def refuse(self, pattern, wait=1):
        """The pattern must not come within that time."""
        end = time.monotonic() + wait
        while time.monotonic() < end and self.read(end - time.monotonic()):
            pass
        assert not re.search(pattern, self.text, re.S), self.text

    def closed(self, wait=30):
        end = time.monotonic() + wait
        while time.monotonic() < end:
            if not self.read(end - time.monotonic()):
                return True
        raise AssertionError(f"still open: {self.text!r}")

    def secure(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket,
                                          server_hostname=DOMAIN)

    def starttls(self):
        self.send(HEADER)
        self.expect("<starttls.*</stream:features>")
        self.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        self.expect("<proceed[^>]*>")
        self.secure()

    def auth(self, user):
        if self.tls:
            self.starttls()
        self.send(HEADER)
        self.expect("</stream:features>")
        word = base64.b64encode(f"\0{user}\0pw".encode()).decode()
        self.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                  f"mechanism='PLAIN'>{word}</auth>")
        self.expect("<success[^>]*>")
        self.send(HEADER)
        self.expect("</stream:features>")

    def bind(self, resource):
        self.send("<iq type='set' id='b'><bind xmlns="
                  "'urn:ietf:params:xml:ns:xmpp-bind'>"
                  f"<resource>{resource}</resource></bind></iq>")
        self.jid = self.expect("<jid>([^<]*)</jid>.*?</iq>").group(1)

    def enable(self):
        self.send(f"<enable xmlns='{SM}' resume='true'/>")
        self.sm_id = self.expect(
            "<enabled[^>]* id=[\"']([^\"']*)[\"'][^>]*>").group(1)

    def login(self, user, resource, sm=False, presence=True):
        self.auth(user)
        self.bind(resource)
        if sm:
            self.enable()
        if presence:
            self.send("<presence/>")
            self.expect("<presence[^>]*" + re.escape(self.jid))
        return self

    def resume_inside(self, user, sm_id, h):
        """In the login itself (XEP-0388); whether the server does that."""
        if self.tls:
            self.starttls()
        self.send(HEADER.replace(" to=", f" from='{user}@{DOMAIN}' to="))
        features = self.expect("<stream:features.*</stream:features>").group(0)
        if not re.search(f"<sm xmlns=[\"']{SM}", features):
            return False
        word = base64.b64encode(f"\0{user}\0pw".encode()).decode()
        self.send(f"<authenticate xmlns='{SASL2}' mechanism='PLAIN'>"
                  f"<initial-response>{word}</initial-response>"
                  f"<resume xmlns='{SM}' previd='{sm_id}' h='{h}'/>"
                  "</authenticate>")
        return True

    def resume(self, user, sm_id, h):
        self.auth(user)
        self.send(f"<resume xmlns='{SM}' previd='{sm_id}' h='{h}'/>")

    def chat(self, to, body, ident="m1", more=""):
        self.send(f"<message to='{to}' type='chat' id='{ident}'>"
                  f"<body>{body}</body>{more}</message>")

    def acked(self):
        """The server's h."""
        self.send(f"<r xmlns='{SM}'/>")
        return int(self.expect("<a [^>]*h=[\"'](\\d+)[\"']").group(1))

    def cut(self):
        """Without a word: as a lost network."""
        self.socket.close()

    def end(self):
        self.send("</stream:stream>")
        self.expect("</stream:stream>")
        self.socket.close()
