# SPDX-License-Identifier: ISC
"""A stage that keeps received records that say "late N" back for N seconds,
while all others go on."""
import os
import re
import select
import time

late, rest = [], b""
while True:
    wait = max(late[0][0] - time.monotonic(), 0) if late else None
    if select.select([0], [], [], wait)[0]:
        more = os.read(0, 65536)
        if not more:
            break
        *lines, rest = (rest + more).split(b"\n")
    else:
        lines = []
    out = []
    for line in lines:
        found = re.search(rb"late ([0-9.]+)", line)
        if found and line.split(b"\t")[4:5] == [b"recv"]:
            late.append((time.monotonic() + float(found.group(1)), line))
            late.sort()
        else:
            out.append(line + b"\n")
    while late and late[0][0] <= time.monotonic():
        out.append(late.pop(0)[1] + b"\n")
    os.write(1, b"".join(out))
