# SPDX-License-Identifier: ISC
"""A way on which answers can be lost: one-way.py PORT TO

Connections to PORT go on to TO. From SIGUSR1 on the answers that come back from
there are thrown away, with a line "lost" for each; SIGUSR2 ends all
connections, and new ones carry both ways."""
import asyncio
import signal
import sys

silent = False
writers = set()


async def pump(reader, writer, back):
    writers.add(writer)
    try:
        while data := await reader.read(65536):
            if back and silent and b"<iq" in data:
                print("lost\n" * data.count(b"<iq"), end="", flush=True)
                continue
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writers.discard(writer)
    writer.close()


async def connected(reader, writer):
    far = await asyncio.open_connection("127.0.0.1", int(sys.argv[2]))
    await asyncio.gather(pump(reader, far[1], False),
                         pump(far[0], writer, True))


def turn(on):
    global silent
    silent = on
    while not silent and writers:
        writers.pop().transport.abort()


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, turn, True)
    loop.add_signal_handler(signal.SIGUSR2, turn, False)
    server = await asyncio.start_server(connected, "127.0.0.1",
                                        int(sys.argv[1]))
    await server.serve_forever()


asyncio.run(main())
