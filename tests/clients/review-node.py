#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A node that never gives up: takes what a keeper hands out, notes each in a
file as done, and says so, until a file "stop" is there.

review-node.py SOCKET HANDED"""
import os
import re
import socket
import sys
import time
import uuid

path, handed = sys.argv[1:]
LINE = "%s\t2026-11-22T21:33:38.000001Z\tnode1\treview\treview\t-\t-\t-\t%s\t-\n"


def serve(s, out):
    s.sendall(b"# take node1\n")
    for line in s.makefile("r", encoding="utf-8"):
        fields = line.rstrip("\n").split("\t")
        if len(fields) < 10 or not re.search(r' verdict="(release|refuse|expired)" ', fields[8]):
            continue
        out.write("%s\t%s\n" % (fields[0], re.search(r'ref="([^"]*)"', fields[8]).group(1)))
        out.flush()
        done = '<review xmlns="urn:cup:review:1" ref="%s" verdict="done" outcome="sent"/>'
        s.sendall((LINE % (uuid.uuid4(), done % fields[0])).encode())


with open(handed, "a", encoding="utf-8") as f:
    while not os.path.exists("stop"):
        with socket.socket(socket.AF_UNIX) as peer:
            try:
                peer.connect(path)
                peer.settimeout(1)
                serve(peer, f)
            except OSError:
                time.sleep(0.02)
