# SPDX-License-Identifier: ISC
"""nats-credentials.py FILE: a user's credentials into FILE, and to standard
output what a server's configuration needs to know them, as NATS documents its
keys and JWTs; signed by openssl."""
import base64
import json
import subprocess
import sys
import tempfile
import time

OPERATOR, ACCOUNT, USER, SEED = 14 << 3, 0, 20 << 3, 18 << 3


def openssl(*args):
    return subprocess.run(("openssl",) + args, check=True,
                          stdout=subprocess.PIPE).stdout


def encode(raw):
    crc = 0
    for byte in raw:
        crc ^= byte << 8
        for _ in range(8):
            crc = crc << 1 ^ (0x1021 if crc & 0x8000 else 0)
        crc &= 0xffff
    return base64.b32encode(raw + crc.to_bytes(2, "little")).decode().rstrip("=")


def url64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Key:
    def __init__(self, kind):
        self.file = tempfile.NamedTemporaryFile()
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.file.name)
        key = ("pkey", "-in", self.file.name, "-outform", "DER")
        self.public = encode(bytes([kind]) + openssl(*key, "-pubout")[-32:])
        self.seed = encode(bytes([SEED | kind >> 5, (kind & 31) << 3])
                           + openssl(*key)[-32:])

    def jwt(self, subject, kind, **claims):
        now = int(time.time())
        claims = {"jti": subject.public, "iat": now, "iss": self.public,
                  "name": kind, "sub": subject.public,
                  "nats": dict(claims, type=kind, version=2)}
        text = ".".join(url64(json.dumps(part).encode()) for part in (
            {"typ": "JWT", "alg": "ed25519-nkey"}, claims))
        with tempfile.NamedTemporaryFile() as message:
            message.write(text.encode())
            message.flush()
            return text + "." + url64(openssl(
                "pkeyutl", "-sign", "-rawin", "-in", message.name,
                "-inkey", self.file.name))


LIMITS = {name: -1 for name in (
    "subs", "data", "payload", "imports", "exports", "conn", "leaf",
    "mem_storage", "disk_storage", "streams", "consumer")}
LIMITS["wildcards"] = True

operator, system, account, user = (
    Key(OPERATOR), Key(ACCOUNT), Key(ACCOUNT), Key(USER))
with open(sys.argv[1], "w") as out:
    out.write("-----BEGIN NATS USER JWT-----\n%s\n"
              "------END NATS USER JWT------\n\n"
              "-----BEGIN USER NKEY SEED-----\n%s\n"
              "------END USER NKEY SEED------\n" % (
                  account.jwt(user, "user", pub={}, sub={}, subs=-1,
                              data=-1, payload=-1), user.seed))
print("operator: %s" % operator.jwt(operator, "operator"))
print("system_account: %s" % system.public)
print("resolver: MEMORY\nresolver_preload: {")
print("%s: %s" % (system.public, operator.jwt(
    system, "account", limits={k: v for k, v in LIMITS.items() if k[:4] not in (
        "mem_", "disk", "stre", "cons")})))
print("%s: %s }" % (account.public,
                    operator.jwt(account, "account", limits=LIMITS)))
