# SPDX-License-Identifier: ISC
"""Clients that people sit before, in a terminal of tmux's: strangers.py PORT
CLIENT [refused]. Alice uses CLIENT, profanity or mcabber; Bob, and Alice's
other device, are streams by hand. Prints a line for each thing that Alice did
and saw, which is the same wherever PORT leads to the same server; refused: and
for what a node's policy refuses, of which the server alone knows nothing."""
import os
import re
import shlex
import subprocess
import sys
import time

from relay import Relay
from xmpp_raw import DOMAIN, Raw

PORT, CLIENT = int(sys.argv[1]), sys.argv[2]
ROOM = f"lounge@rooms.{DOMAIN}"
HOME = os.path.abspath(f"home-{CLIENT}")


class Terminal:
    def __init__(self, command):
        self.tmux = ["tmux", "-S", os.path.abspath("tmux"), "-f", "/dev/null"]
        self.run("new-session", "-d", "-x", "110", "-y", "50",
                 f"env HOME={shlex.quote(HOME)} XDG_CONFIG_HOME= "
                 f"XDG_DATA_HOME= {command}")

    def run(self, *args):
        return subprocess.run([*self.tmux, *args], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def type(self, text):
        if text:
            self.run("send-keys", "-l", text)
        self.run("send-keys", "Enter")

    def screen(self):
        return self.run("capture-pane", "-p")

    def end(self):
        subprocess.run([*self.tmux, "kill-server"], check=False)


def until(condition, wait=20):
    end = time.monotonic() + wait
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def did(what, how):
    """how: whether it came about."""
    print(f"{what}:", "yes" if how else "NO", flush=True)
    if not how:
        print(screen.screen(), file=sys.stderr)
        sys.exit(1)


def sees(what, pattern, look=None):
    """On the screen; look: at what there may be in a while."""
    for _ in range(10):
        if look:
            look()
        if until(lambda: re.search(pattern, screen.screen()), 2):
            break
    did(what, re.search(pattern, screen.screen()))


def gets(what, stream, pattern, wait=20):
    try:
        stream.expect(pattern, wait)
        did(what, True)
    except AssertionError as e:
        print(e, file=sys.stderr)
        did(what, False)


def write(path, text):
    path = os.path.join(HOME, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o600)


class Profanity:
    command = f"profanity -a alice@{DOMAIN}"
    online = "logged in successfully"
    corrects = True

    def __init__(self, port):
        write(".local/share/profanity/accounts",
              f"[alice@{DOMAIN}]\nenabled=true\njid=alice@{DOMAIN}\n"
              f"server=127.0.0.1\nport={port}\ntls.policy=disable\n"
              f"resource=prof\npassword=pw\nmuc.service=rooms.{DOMAIN}\n")
        write(".config/profanity/profrc",
              "[connection]\nreconnect=1\ncarbons=true\n"
              "[ui]\nsplash=false\nmessage.correction.char=+\n"
              "[chatstates]\nenabled=false\n")

    def chat(self, text):
        self.look()
        screen.type(text)

    def correct(self, text):
        screen.type(f"/correct {text}")

    def look(self):
        screen.type(f"/win bob@{DOMAIN}")

    def console(self):
        screen.type("/win 1")

    def come_again(self):
        """By itself."""

    def join(self):
        screen.type(f"/join {ROOM} nick alice")

    def look_there(self):
        screen.type(f"/win {ROOM}")

    def room(self, text):
        self.look_there()
        screen.type(text)


class Mcabber:
    command = "mcabber"
    online = "Carbons enabled"
    corrects = False

    def __init__(self, port):
        write(".mcabber/mcabberrc",
              f"set jid = alice@{DOMAIN}\nset password = pw\n"
              f"set server = 127.0.0.1\nset port = {port}\nset tls = 0\n"
              "set ssl_ignore_checks = 1\n"
              "set resource = mcab\nset color_background = black\n"
              "set carbons = 1\n")

    def chat(self, text):
        screen.type(f"/say_to bob@{DOMAIN} {text}")
        self.look()

    def look(self):
        screen.type(f"/roster search bob@{DOMAIN}")
        screen.type("")  # opens what is found

    def console(self):
        self.look()

    def come_again(self):
        """It would, too, after a minute."""
        until(lambda: "Disconnected" in screen.screen())
        screen.type("/connect")

    def join(self):
        screen.type(f"/room join {ROOM} alice")

    def look_there(self):
        screen.type(f"/roster search {ROOM}")
        screen.type("")

    def room(self, text):
        self.look_there()
        screen.type(text)


def chat(stream, body, ident, more=""):
    stream.chat(f"alice@{DOMAIN}", body, ident, more)


relay = Relay(PORT)
bob = Raw(PORT, tls=False).login("bob", "hand")
other = Raw(PORT, tls=False).login("alice", "other")
other.send("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>"
           "<presence><priority>-1</priority></presence>")
other.expect("<iq[^>]*id=[\"']c[\"']")
me = {"profanity": Profanity, "mcabber": Mcabber}[CLIENT](relay.port)
screen = Terminal(me.command)
try:
    sees("login", me.online)
    other.expect(f"<presence (?![^>]*unavailable)[^>]*from=[\"']alice@{DOMAIN}/"
                 "(prof|mcab)")
    chat(bob, "hello alice", "b1")
    until(lambda: "bob" in screen.screen())
    sees("a message comes", "hello alice", me.look)
    gets("its carbon", other, "<received .*hello alice")
    me.chat("hello bob")
    gets("a message goes", bob, "<body>hello bob</body>")
    gets("and its carbon", other, "<sent .*hello bob")
    chat(bob, "hello Alice", "b2", "<replace xmlns="
         "'urn:xmpp:message-correct:0' id='b1'/>")
    sees("a correction comes", "hello Alice")
    if me.corrects:
        me.correct("hello Bob")
        gets("a correction goes", bob, "<body>hello Bob</body>.*?<replace |"
             "<replace .*?<body>hello Bob</body>")
    other.send(f"<message to='bob@{DOMAIN}' type='chat'>"
               "<body>by the other</body></message>")
    sees("what the other device sent", "by the other")
    bob.send(f"<presence to='{ROOM}/bob'>"
             "<x xmlns='http://jabber.org/protocol/muc'/></presence>")
    bob.expect("<status[^>]*110")
    bob.send(f"<iq type='set' id='r' to='{ROOM}'><query xmlns="
             "'http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data'"
             " type='submit'/></query></iq>")
    me.join()
    gets("she is in the room", bob, f"from=[\"']{ROOM}/alice[\"']")
    bob.send(f"<message to='{ROOM}' type='groupchat'>"
             "<body>hello room</body></message>")
    sees("what is said there", "hello room", me.look_there)
    me.room("hello all")
    gets("what she says there", bob, f"{ROOM}/alice.*<body>hello all</body>")
    if "refused" in sys.argv:
        me.room("forbidden there")
        sees("a refusal in the room", "not this word")
        me.chat("forbidden here")
        me.console()
        sees("a refusal", "not this word")
        me.look()
    other.refuse("no such word", 0.5)
    other.text = ""
    relay.cut()
    me.come_again()
    gets("comes again", other,
         "<presence (?![^>]*unavailable)[^>]*"
         f"from=[\"']alice@{DOMAIN}/(prof|mcab)", 40)
    chat(bob, "are you there", "b3")
    sees("a message comes again", "are you there", me.look)
    me.chat("I am")
    gets("and goes again", bob, "<body>I am</body>")
    # Else the server keeps them, for whom is yet to come.
    screen.type("/quit")
    gets("and she is gone", other, "<presence [^>]*unavailable")
    bob.end()
    other.end()
finally:
    screen.end()
