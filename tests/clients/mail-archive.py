# SPDX-License-Identifier: ISC
"""An archive of mail: an SMTP server (aiosmtpd) on a port of the kernel's
choice, which is in DIR/port; what it takes is in DIR/NNNN.eml, the envelope in
DIR/NNNN.rcpt. It refuses recipients that begin with "no", says "busy" to those
that begin with "busy", refuses mails with the words "refuse this", and with
--hold N takes the Nth mail but does not say so, until DIR/go is there. With
--tls smtps or starttls it has the certificate DIR/archive.crt (archive.key), and
insists on it; with --login USER:PASSWORD on that."""
import argparse
import asyncio
import pathlib
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


class Archive:
    def __init__(self, args):
        self.folder = pathlib.Path(args.folder)
        self.hold = args.hold
        self.login = args.login
        self.count = len(list(self.folder.glob("*.eml")))

    def authenticate(self, server, session, envelope, mechanism, data):
        said = f"{data.login.decode()}:{data.password.decode()}"
        return AuthResult(success=said == self.login, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("no"):
            return "550 5.1.1 no such archive"
        if address.startswith("busy"):
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if b"refuse this" in envelope.content:
            return "554 5.6.0 not that one"
        self.count += 1
        path = self.folder / f"{self.count:04}.eml"
        path.with_suffix(".rcpt").write_text(
            " ".join([envelope.mail_from, *envelope.rcpt_tos]))
        path.with_suffix(".new").write_bytes(envelope.content)
        path.with_suffix(".new").rename(path)
        while self.count == self.hold and not (self.folder / "go").exists():
            await asyncio.sleep(0.05)
        return "250 2.0.0 taken"


def certificate(folder):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/archive.crt", f"{folder}/archive.key")
    return context


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--hold", type=int, default=0)
    parser.add_argument("--tls", choices=("smtps", "starttls"))
    parser.add_argument("--login")
    args = parser.parse_args()
    archive = Archive(args)
    loop = asyncio.get_running_loop()
    tls = certificate(args.folder) if args.tls else None
    starttls = args.tls == "starttls"
    server = await loop.create_server(
        lambda: SMTP(archive, hostname="archive.example", loop=loop,
                     data_size_limit=2**27,
                     tls_context=tls if starttls else None,
                     require_starttls=starttls,
                     authenticator=archive.authenticate if args.login else None,
                     auth_required=bool(args.login),
                     auth_require_tls=starttls), "127.0.0.1", 0,
        ssl=None if starttls else tls)
    port = archive.folder / "port"
    port.with_suffix(".new").write_text(str(server.sockets[0].getsockname()[1]))
    port.with_suffix(".new").rename(port)
    await server.serve_forever()


asyncio.run(main())
