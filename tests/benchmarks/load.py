"""A load on a service: so many connections, each asking as soon as it is answered.

Run as a program: `python load.py PORT CONNECTIONS SECONDS FIRST`, and it prints how many were
answered a second and the 50th and 99th percentile of the wait in milliseconds. No question is
asked twice, so no answer can have been kept.
"""

import asyncio
import json
import sys
from time import perf_counter

import uvloop


class Asking(asyncio.Protocol):
    """One connection: it asks, waits for the whole answer, and asks the next question."""

    def __init__(self, first: int, step: int, until: float, done: asyncio.Future[None]) -> None:
        self.number, self.step, self.until, self.done = first, step, until, done
        self.waits: list[float] = []
        self.received = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.number += self.step
        fte = f"{self.number / 100:.2f}"
        self.asked_at = perf_counter()
        self.transport.write(
            b"GET /v1/caseload?open_cases=890&on=2020-03-26&case_fte="
            + fte.encode()
            + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(self.received.decode()))
            return
        now = perf_counter()
        self.waits.append(now - self.asked_at)
        self.received = b""
        if now < self.until:
            self.ask()
        else:
            self.transport.close()
            self.done.set_result(None)


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length: ")
    return int(rest.partition(b"\r\n")[0])


async def load(port: int, connections: int, seconds: float, first: int) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    began = perf_counter()
    askers = []
    for number in range(connections):
        done = loop.create_future()
        asking = Asking(first + number, connections, began + seconds, done)
        askers.append(asking)
        await loop.create_connection(lambda asking=asking: asking, "127.0.0.1", port)
    await asyncio.gather(*(asking.done for asking in askers))
    took = perf_counter() - began
    waits = sorted(wait for asking in askers for wait in asking.waits)
    return {
        "a_second": len(waits) / took,
        "p50_ms": 1000 * waits[len(waits) // 2],
        "p99_ms": 1000 * waits[int(len(waits) * 0.99)],
        "asked": len(waits),
    }


if __name__ == "__main__":
    port, connections, seconds, first = sys.argv[1:]
    found = uvloop.run(load(int(port), int(connections), float(seconds), int(first)))
    print(json.dumps(found))
