"""Runs the examples of guide/watch.md against a real QEMU. Usage: guide.py GUIDE CHECKOUT

Each example that has a comment `<!-- check: NAME -->` in front must show that the machine stopped.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from qemu.qmp import QMPClient

guide, checkout = sys.argv[1:]
EXAMPLE = re.compile(r"<!-- check: (\w+) -->\n```(\w+)\n(.*?)```", re.DOTALL)
# How long a machine may take to be there, and an example to show the event.
PATIENCE = 120


def command(language, text, directory):
    if language == "python":
        path = directory / "example.py"
        path.write_text(text)
        return [sys.executable, "-u", path]
    # The tool as this checkout has it; of several lines the first one is run.
    line = text.splitlines()[0].replace("qmp-events ", "cargo --quiet qmp-events ", 1)
    return ["bash", "-c", line]


async def run(name, language, text):
    with tempfile.TemporaryDirectory() as path:
        directory = Path(path)
        sockets = [directory / "vm.sock", directory / "control.sock"]
        monitors = [word for one in sockets for word in ("-qmp", f"unix:{one},server=on,wait=off")]
        qemu = subprocess.Popen(["qemu-system-x86_64", "-machine", "none", "-display", "none", *monitors])
        control = QMPClient()
        example = None
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    try:
                        await control.connect(str(sockets[1]))
                        break
                    except Exception:
                        assert qemu.poll() is None, "QEMU ended"
                        await asyncio.sleep(0.1)
                example = await asyncio.create_subprocess_exec(
                    *command(language, text.replace("/run/vm.sock", str(sockets[0])), directory),
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=checkout, start_new_session=True,
                )
                # The example connects at some time: the machine stops and goes on until it shows.
                shown = asyncio.create_task(wait_for(example.stdout, b"STOP"))
                while not shown.done():
                    await control.execute("stop")
                    await control.execute("cont")
                    await asyncio.wait([shown], timeout=0.2)
                assert shown.result(), f"{name} ended without the event"
        finally:
            if example is not None and example.returncode is None:
                os.killpg(example.pid, signal.SIGTERM)
                await example.wait()
            qemu.kill()
            qemu.wait()
    print(f"{name}: shows that the machine stopped")


async def wait_for(stream, word):
    async for line in stream:
        if word in line:
            return True
    return False


examples = EXAMPLE.findall(Path(guide).read_text())
assert len(examples) >= 3, "the guide has lost its examples"
for name, language, text in examples:
    asyncio.run(run(name, language, text))
