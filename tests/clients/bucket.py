# SPDX-License-Identifier: ISC
"""bucket.py DIR PORT: before s3rver at that port of this machine, by TLS
(DIR/server.crt, server.key), at a port that is put into DIR/port; the account
is S3RVER. It does what s3rver leaves out: it checks signatures (AWS4, as
Amazon's manual has it), the digests of what is sent, and If-None-Match; and
DIR/heads gets the head of each request. With DIR/checksums it tells SHA-256 of
what it was sent, and with DIR/fail, which has a status, that is the answer to
all."""
import base64
import hashlib
import hmac
import http.client
import http.server
import pathlib
import re
import ssl
import sys
import threading

FOLDER = pathlib.Path(sys.argv[1])
BEHIND = int(sys.argv[2])
SECRET = "S3RVER"
SHA256 = {}
LOCK = threading.Lock()


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature(request):
    """What the one of a request should be."""
    got = dict(re.findall(r"(\w+)=([^, ]+)", request.headers["Authorization"]))
    _, date, region, service, end = got["Credential"].split("/")
    names = got["SignedHeaders"].split(";")
    assert names == sorted(names) and "host" in names
    assert all(n in names for n in map(str.lower, request.headers)
               if n.startswith("x-amz-"))
    path, _, query = request.path.partition("?")
    canonical = "\n".join([
        request.command, path, query,
        *(f"{n}:{request.headers[n].strip()}" for n in names), "",
        got["SignedHeaders"], request.headers["x-amz-content-sha256"]])
    key = ("AWS4" + SECRET).encode()
    for part in (date, region, service, end):
        key = mac(key, part)
    text = "\n".join(["AWS4-HMAC-SHA256", request.headers["x-amz-date"],
                      "/".join((date, region, service, end)),
                      hashlib.sha256(canonical.encode()).hexdigest()])
    return mac(key, text).hex(), got["Signature"]


class Bucket(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(n.lower() == "content-length" for n, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, f"<Error><Code>{code}</Code><Message>no: {code}"
                    "</Message></Error>".encode())

    def behind(self, command, body=None):
        there = http.client.HTTPConnection("127.0.0.1", BEHIND)
        there.request(command, self.path, body, {
            n: v for n, v in self.headers.items()
            if n.lower() not in ("expect", "if-none-match", "connection")})
        reply = there.getresponse()
        return reply, reply.read()

    def wrong(self, body):
        """The code of an error, or nothing."""
        want, got = signature(self)
        if want != got:
            return 403, "SignatureDoesNotMatch"
        sha256 = hashlib.sha256(body).digest()
        if self.headers["x-amz-content-sha256"] != sha256.hex():
            return 400, "XAmzContentSHA256Mismatch"
        if self.command != "PUT":
            return None
        md5 = self.headers["Content-MD5"]
        sent = self.headers["x-amz-checksum-sha256"]
        if "x-amz-object-lock-mode" in self.headers and not (md5 or sent):
            return 400, "InvalidRequest"
        if md5 and base64.b64decode(md5) != hashlib.md5(body).digest() or \
                sent and base64.b64decode(sent) != sha256:
            return 400, "BadDigest"
        if self.headers["If-None-Match"] == "*" and \
                self.behind("HEAD")[0].status == 200:
            return 412, "PreconditionFailed"
        SHA256[self.path] = base64.b64encode(sha256).decode()
        return None

    def take(self):
        with LOCK, open(FOLDER / "heads", "a") as heads:
            heads.write(f"{self.requestline}\n{self.headers}")
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        fail = FOLDER / "fail"
        if fail.exists():
            return self.refuse(int(fail.read_text()), "AsItWasTold")
        wrong = self.wrong(body)
        if wrong:
            return self.refuse(*wrong)
        reply, data = self.behind(self.command, body)
        headers = [(n, v) for n, v in reply.getheaders() if n.lower() not in
                   ("connection", "keep-alive", "date", "transfer-encoding")]
        if (FOLDER / "checksums").exists() and self.path in SHA256:
            headers.append(("x-amz-checksum-sha256", SHA256[self.path]))
        return self.answer(reply.status, data, headers)

    do_GET = do_HEAD = do_PUT = take


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(FOLDER / "server.crt", FOLDER / "server.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
port = FOLDER / "port"
port.with_suffix(".new").write_text(str(server.server_port))
port.with_suffix(".new").rename(port)
server.serve_forever()
