# SPDX-License-Identifier: ISC
"""A way that can go dead without a word: deaf-proxy.py PORT TO

Connections to PORT go on to TO. From SIGUSR1 on whatever comes, either way,
is thrown away, while all connections stay open and new ones are accepted;
from SIGUSR2 on new ones go on again, and those that lost something end."""
import asyncio
import signal
import sys

deaf = False
hurt = set()


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            if deaf:
                hurt.add(writer)
            else:
                writer.write(data)
                await writer.drain()
    except ConnectionError:
        pass
    writer.close()


async def connected(reader, writer):
    if deaf:
        hurt.add(writer)
        while deaf and await reader.read(65536):
            pass
        writer.close()
        return
    far = await asyncio.open_connection("127.0.0.1", int(sys.argv[2]))
    await asyncio.gather(pump(reader, far[1]), pump(far[0], writer))


def turn(on):
    global deaf
    deaf = on
    while not deaf and hurt:
        hurt.pop().transport.abort()


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, turn, True)
    loop.add_signal_handler(signal.SIGUSR2, turn, False)
    server = await asyncio.start_server(connected, "127.0.0.1",
                                        int(sys.argv[1]))
    await server.serve_forever()


asyncio.run(main())
