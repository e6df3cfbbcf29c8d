#!/usr/bin/env python3
"""A poor line between two ends: poor_line.py LISTEN CONNECT BITS_PER_S DELAY_MS STALL_PERCENT CUT_S

What comes in at port LISTEN goes to port CONNECT and back, each way at so many bits a second and so late; of each piece
STALL_PERCENT are held up for about a second, which is what lost packets look like from above TCP; every
CUT_S seconds every connection is broken. Prints a line per connection, and at its end (SIGTERM) the bytes
it carried each way.
"""
import asyncio
import random
import signal
import sys

LISTEN, CONNECT, BITS, DELAY_MS, STALL, CUT_S = map(float, sys.argv[1:7])
PIECE = 1400
random.seed(1)
carried = [0, 0]


async def carry(reader, writer, way):
    """Reads at the rate of the line, so that what does not fit waits at the sender."""
    queue = asyncio.Queue(64)
    loop = asyncio.get_running_loop()

    async def deliver():
        while True:
            at, data = await queue.get()
            await asyncio.sleep(max(0, at - loop.time()))
            writer.write(data)
            await writer.drain()
    task = asyncio.create_task(deliver())
    try:
        while data := await reader.read(PIECE):
            carried[way] += len(data)
            await asyncio.sleep(len(data) * 8 / BITS)
            stall = random.uniform(0.8, 1.6) if random.uniform(0, 100) < STALL else 0
            await asyncio.sleep(stall)
            await queue.put((loop.time() + DELAY_MS / 1000, data))
    finally:
        task.cancel()


async def serve(reader, writer):
    print("connection", flush=True)
    try:
        there, back = await asyncio.open_connection("127.0.0.1", int(CONNECT))
    except OSError:
        writer.transport.abort()
        return
    ways = [asyncio.create_task(carry(reader, back, 0)), asyncio.create_task(carry(there, writer, 1))]
    try:
        await asyncio.wait(ways, timeout=CUT_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        writer.transport.abort()
        back.transport.abort()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(LISTEN), limit=4096)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with server:
        await stop.wait()
    print("carried", *carried, flush=True)


asyncio.run(main())
