"""The client side of scale.rs with Python's qemu.qmp (pip install qemu.qmp), for comparison.

    cargo run --release --features tokio --example scale -- serve PATH 100 10 10 &
    python3 scale.py PATH 100 10 10
"""

import asyncio
import resource
import sys
import time

from qemu.qmp import EventListener, QMPClient


def memory_in_kib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def count(client, listener):
    events = 0
    async for message in listener:
        if message["event"] == "SHUTDOWN":
            break
        int(message["data"]["id"])
        events += 1
    try:
        await client.disconnect()
    except EOFError:
        pass  # how it says that the server closed the connection
    return events


async def main(path, connections, rate, seconds):
    memory_before = memory_in_kib()
    clients = []
    for number in range(connections):
        client = QMPClient(str(number))
        listener = EventListener()
        client.register_listener(listener)
        await client.connect(path)
        clients.append((client, listener))
    kib = (memory_in_kib() - memory_before) / connections
    processor_before = processor_seconds()
    began = time.monotonic() + 2
    counts = await asyncio.gather(*(count(*client) for client in clients))
    elapsed = time.monotonic() - began
    processor = processor_seconds() - processor_before
    lost = connections * rate * seconds - sum(counts)
    print(
        f"| qemu.qmp | {connections} | {rate} | {sum(counts) / elapsed:.0f} | {lost} | "
        f"0 | {kib:.1f} | {memory_in_kib() // 1024} | {100 * processor / elapsed:.0f} % |"
    )


asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:5])))
