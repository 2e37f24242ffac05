"""Sends a large upload to a service, and tells the most memory it took: `python -m benchmarks.serve_upload`.

The service runs in its own environment, with a runner that does nothing, so that only the upload is measured.
While it arrives, a hundred other clients ask for the status every ten seconds, and how long the slowest waits
is told too.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.orchestrator.serve.served import Served, form

BLOCK = 1 << 20


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=float, default=5.0, metavar="GB")
    parser.add_argument("--clients", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        service = Served(Path(home)).start()
        try:
            measure(service, int(arguments.size * 1e9), arguments.clients)
        finally:
            service.stop()
    return 0


def measure(service: Served, size: int, clients: int) -> None:
    service.ask("GET", "/api/status")
    before, waits, stop = service.memory(), [], threading.Event()

    def look() -> None:
        while not stop.wait(10):
            begun = time.monotonic()
            assert service.ask("GET", "/api/status")[0] == 200
            waits.append(time.monotonic() - begun)

    threads = [threading.Thread(target=look, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    head, tail = form(b"|")[0].split(b"|")
    block, begun = os.urandom(BLOCK), time.monotonic()

    def content():
        yield head
        for _ in range(size // BLOCK):
            yield block
        yield tail

    length = len(head) + size // BLOCK * BLOCK + len(tail)
    headers = {"Content-Type": "multipart/form-data; boundary=B", "Content-Length": str(length)}
    status = service.ask("POST", "/asr?output=txt", content(), headers, timeout=3600)[0]
    seconds = time.monotonic() - begun
    stop.set()
    print(f"{size / 1e9:g} GB: status {status}, {seconds:.0f} s, {size / 1e6 / seconds:.0f} MB/s")
    print(f"memory: {before / 1e6:.0f} MB before, {service.memory() / 1e6:.0f} MB at most")
    print(f"{clients} clients meanwhile: {len(waits)} answers, the slowest after {max(waits):.2f} s")


if __name__ == "__main__":
    sys.exit(main())
