# SPDX-License-Identifier: ISC
# A time stamping authority (RFC 3161) over HTTP, of openssl-ts(1):
# tsa.py PORT CONFIG. A path of /stale gives the stamp that was given last.
import http.server
import subprocess
import sys


class Authority(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/stale":
            with open("tsa.tsq", "wb") as f:
                f.write(query)
            subprocess.run(["openssl", "ts", "-reply", "-config", sys.argv[2],
                            "-queryfile", "tsa.tsq", "-out", "tsa.tsr"],
                           check=True, stderr=subprocess.DEVNULL)
        with open("tsa.tsr", "rb") as f:
            reply = f.read()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Authority).serve_forever()
