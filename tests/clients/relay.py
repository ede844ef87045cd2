# SPDX-License-Identifier: ISC
"""What stands between a client and a port of 127.0.0.1, to be cut."""
import select
import socket
import threading


class Relay:
    def __init__(self, port):
        self.to = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            a, _ = self.listener.accept()
            b = socket.create_connection(("127.0.0.1", self.to))
            self.pairs.append((a, b))
            threading.Thread(target=self.copy, args=(a, b),
                             daemon=True).start()

    def copy(self, a, b):
        try:
            while True:
                for s in select.select([a, b], [], [], 1)[0]:
                    data = s.recv(65536)
                    if not data:
                        return
                    (b if s is a else a).sendall(data)
        except (OSError, ValueError):
            pass
        finally:
            a.close()
            b.close()

    def cut(self):
        for pair in self.pairs:
            for s in pair:
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.pairs = []
