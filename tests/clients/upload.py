# SPDX-License-Identifier: ISC
"""HTTP as it is put, byte by byte, to cup-upload: PORT CASE PATH [ARG...].
Prints what was answered."""
import random
import socket
import sys
import threading

port, case, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
args = sys.argv[4:]


def connect():
    s = socket.create_connection(("127.0.0.1", port))
    s.settimeout(60)
    return s


def head(method, length, *more):
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines + list(more)) + "\r\n\r\n").encode()


def rest(s):
    data = []
    while not data or data[-1]:
        data.append(s.recv(65536))
    return b"".join(data)


def show(data):
    print(data.decode("latin-1").replace("\r\n", "\n"), end="")


def declared(size):
    """So much is declared, and all of it sent until there is an answer."""
    s = connect()
    s.sendall(head("PUT", size))
    stop = threading.Event()

    def send():
        sent, part = 0, b"x" * 65536
        try:
            while sent < size and not stop.is_set():
                s.sendall(part[:size - sent])
                sent += len(part)
        except OSError as e:
            print("broken:", e)

    t = threading.Thread(target=send, daemon=True)
    t.start()
    show(s.recv(65536))
    stop.set()
    t.join()


def part(size, sent):
    """The first bytes of a body, and then no more, until it is cut off."""
    s = connect()
    s.sendall(head("PUT", size) + b"x" * sent)
    show(rest(s))


def leave(size, sent):
    """The same, but the client goes away when its input ends."""
    s = connect()
    s.sendall(head("PUT", size) + b"x" * sent)
    sys.stdin.read()
    s.close()


def expect(size):
    """Waits for leave to send."""
    s = connect()
    s.sendall(head("PUT", size, "Expect: 100-continue"))
    data = s.recv(65536)
    if data.startswith(b"HTTP/1.1 100"):
        s.sendall(b"x" * size)
        data += s.recv(65536)
    show(data)


def raw(text):
    s = connect()
    s.sendall(text.encode("latin-1").decode("unicode_escape").encode("latin-1"))
    s.shutdown(socket.SHUT_WR)
    show(rest(s))


def slowly(seconds):
    """Takes an answer, but nothing of it for so long."""
    s = connect()
    s.sendall(head("GET", None, "Connection: close"))
    threading.Event().wait(seconds)
    print(len(rest(s).split(b"\r\n\r\n", 1)[1]))


def noise(count):
    """Requests with a few bytes of each made others, and cut anywhere."""
    random.seed(1)
    good = [head("PUT", 7) + b"a plan\n",
            head("PUT", None, "Transfer-Encoding: chunked")
            + b"3\r\na p\r\n4\r\nlan\n\r\n0\r\n\r\n",
            head("GET", None, "Range: bytes=1-2"), head("HEAD", None),
            head("PUT", 7, "Expect: 100-continue"), head("OPTIONS", None)]
    for _ in range(count):
        data = bytearray(b"".join(random.choices(good, k=2)))
        for _ in range(random.randrange(6)):
            data[random.randrange(len(data))] = random.randrange(256)
        if random.random() < 0.5:
            del data[random.randrange(len(data)):]
        s = connect()
        s.settimeout(0.3)
        s.sendall(data)
        if random.random() < 0.8:
            s.shutdown(socket.SHUT_WR)
            try:
                rest(s)
            except (ConnectionError, TimeoutError):
                pass  # of half a request the rest is waited for
        s.close()


def many(count, size):
    """So many at a time; how many of each status."""
    status = {}

    def one(i):
        s = connect()
        body = b"%08d" % i * (size // 8)
        s.sendall((f"PUT {path}{i} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                   f"Content-Length: {size}\r\n\r\n").encode())
        meet.wait()
        s.sendall(body)
        n = s.recv(65536).split()[1].decode()
        status[n] = status.get(n, 0) + 1

    meet = threading.Barrier(count)
    threads = [threading.Thread(target=one, args=(i,)) for i in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for n in sorted(status):
        print(n, status[n])


number = [int(a) if a.isdigit() else a for a in args]
globals()[case](*number)
