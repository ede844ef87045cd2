# SPDX-License-Identifier: ISC
"""Reads what cup-export wrote with Python's own libraries, complains of every
defect, and prints what is in it.

exported.py mail FILE...         subject, from, to, text and files of each mail
exported.py rsmf SCHEMA FILE...  the manifest of each, checked by the schema
exported.py vcon SCHEMA FILE...  each object, checked by the schema
"""
import email
import email.policy
import io
import json
import mailbox
import sys
import zipfile

def walk(message):
    for part in message.walk():
        assert not part.defects, part.defects
        for name, value in part.items():
            assert not getattr(value, "defects", ()), (name, value.defects)
        if not part.is_multipart():
            part.get_content()
    return message


def parse(data):
    assert all(len(line) <= 998 for line in data.splitlines())
    return walk(email.message_from_bytes(data, policy=email.policy.default))


def mails(path):
    with open(path, "rb") as file:
        data = file.read()
    if not data.startswith(b"From "):
        yield parse(data)
        return
    for message in mailbox.mbox(path, create=False):
        yield parse(message.as_bytes())


def show(message):
    if message.get_content_type() == "multipart/mixed" and (
            inner := [p for p in message.iter_attachments()
                      if p.get_content_type() == "message/rfc822"]):
        message = walk(inner[0].get_content())
    html = message.get_body(("html",)).get_content()
    assert "<script" not in html and "default-src 'none'" in html
    for name in ("Subject", "From", "To", "Cc", "Date"):
        if message[name]:
            print(f"{name}: {message[name]}")
    print(message.get_body(("plain",)).get_content().replace("\r\n", "\n"))
    for part in message.iter_attachments():
        print("attached:", part.get_filename(), part.get_content())


def references(manifest):
    people = [p["id"] for p in manifest["participants"]]
    talks = [c["id"] for c in manifest["conversations"]]
    ids = [e["id"] for e in manifest["events"]]
    assert len(set(people)) == len(people) and len(set(ids)) == len(ids)
    for event in manifest["events"]:
        assert event["participant"] in people
        assert event["conversation"] in talks
        assert event.get("parent", ids[0]) in ids
        for reaction in event.get("reactions", ()):
            assert set(reaction["participants"]) <= set(people)
            assert reaction["count"] == len(reaction["participants"])


def rsmf(path, validate):
    message = next(mails(path))
    attached = list(message.iter_attachments())
    assert message["X-RSMF-Version"] == "2.0.0"
    assert [p.get_filename() for p in attached] == ["rsmf.zip"]
    assert attached[0]["Content-Transfer-Encoding"] == "base64"
    packed = zipfile.ZipFile(io.BytesIO(attached[0].get_content()))
    assert packed.testzip() is None
    manifest = json.loads(packed.read("rsmf_manifest.json"))
    validate(manifest)
    references(manifest)
    times = sorted(e["timestamp"] for e in manifest["events"])
    assert message["X-RSMF-EventCount"] == str(len(times))
    assert message["X-RSMF-BeginDate"] == times[0]
    assert message["X-RSMF-EndDate"] == times[-1]
    assert message["X-RSMF-EventCollectionID"] == manifest["eventcollectionid"]
    for event in manifest["events"]:
        for attachment in event.get("attachments", ()):
            content = packed.read(attachment["id"])
            assert len(content) == attachment["size"]
    print(json.dumps(manifest, ensure_ascii=False))


def vcon(path, validate):
    with open(path, encoding="utf-8") as file:
        for line in file:
            found = json.loads(line)
            validate(found)
            parties, dialogs = len(found["parties"]), len(found["dialog"])
            for dialog in found["dialog"]:
                assert all(p < parties for p in dialog["parties"])
            for attachment in found["attachments"]:
                assert attachment["party"] < parties
                assert attachment["dialog"] < dialogs
            print(json.dumps(found, ensure_ascii=False))


def main(kind, *paths):
    if kind == "mail":
        for path in paths:
            for message in mails(path):
                show(message)
        return
    import jsonschema
    with open(paths[0], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validate = jsonschema.Draft7Validator(schema).validate
    for path in paths[1:]:
        {"rsmf": rsmf, "vcon": vcon}[kind](path, validate)


main(*sys.argv[1:])
