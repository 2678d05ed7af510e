"""Requests at a steady rate from a process of its own; waiting counts from when each was due."""

import asyncio
import json
import sys
import time

CONNECTIONS = 32


async def _connection(
    address: tuple[str, int], token: str, due: list[float], paths: list[str], told: dict[str, list]
) -> None:
    reader = writer = None
    while due:
        at, path = due.pop(), paths.pop()
        wait = at - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection(*address)
            head = f"GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n"
            writer.write(head.encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            lower = answer.lower()
            length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            ok = answer[9:12] == b"200"
        except (OSError, asyncio.IncompleteReadError, IndexError):
            ok, writer = False, None
        told["waited"].append(time.perf_counter() - at)
        if not ok:
            told["failed"].append(path)


async def run(port: int, token: str, paths: list[str], rate: float) -> dict[str, list]:
    """Asks for each path once, `rate` a second; seconds waited, and the paths that failed."""
    start = time.perf_counter() + 0.2
    due = [start + number / rate for number in range(len(paths))][::-1]
    told: dict[str, list] = {"waited": [], "failed": []}
    paths = paths[::-1]
    address = ("127.0.0.1", port)
    await asyncio.gather(
        *(_connection(address, token, due, paths, told) for _ in range(CONNECTIONS))
    )
    return told


if __name__ == "__main__":
    asked = json.loads(sys.stdin.readline())
    print(json.dumps(asyncio.run(run(**asked))))
