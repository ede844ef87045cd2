# SPDX-License-Identifier: ISC
"""An HTTP server that fails in one way: its argument. Prints its port."""
import http.server
import sys
import threading

mode = sys.argv[1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        n = int(self.headers.get("Content-Length", 0))
        while n > 0:
            n -= len(self.rfile.read(min(n, 65536)))

    def answer(self, status, text=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_PUT(self):
        if mode == "dies-early":
            self.rfile.read(1)
            self.close()
        elif mode == "dies-late":
            self.body()
            self.close()
        elif mode == "silent":
            self.body()
            self.log_message("silent")
            threading.Event().wait()
        else:
            self.body()
            self.answer(507 if mode == "full" else 201, b"said by it\n")

    def do_GET(self):
        if mode == "half":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"x" * 50000)
            self.close()
        elif mode == "chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for i in range(3):
                self.wfile.write(b"5\r\nhello\r\n")
            self.wfile.write(b"0\r\n\r\n")
        elif mode == "silent":
            threading.Event().wait()
        elif mode == "headers":
            text = "".join(f"{k}: {v}\n" for k, v in self.headers.items())
            self.answer(200, text.encode())
        else:
            self.close()

    def close(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(2)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
