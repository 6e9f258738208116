"""What stands before several hosts: each connection goes to the next one that takes it."""

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine, Sequence
from itertools import cycle
from types import TracebackType
from typing import Any, Self

_CHUNK = 65_536


class Front:
    """A TCP proxy on one port. A host that refuses is passed over; one that breaks off breaks off.

    `taken` counts the connections that each port got.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._turn = cycle(range(len(ports)))
        self.taken: Counter[int] = Counter()
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._passing: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def _run(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        for task in self._passing:
            task.cancel()
        if self._passing:
            await asyncio.wait(self._passing, timeout=5)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        # The loop itself would forget it.
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
        host = await self._connect()
        if host is None:
            writer.transport.abort()
            return
        there = asyncio.create_task(_copy(reader, host[1]))
        back = asyncio.create_task(_copy(host[0], writer))
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for copying in (there, back):
                copying.cancel()
            for end in (host[1], writer):
                end.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = next(self._turn)
        for step in range(len(self._ports)):
            port = self._ports[(first + step) % len(self._ports)]
            try:
                found = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            self.taken[port] += 1
            return found
        return None


async def _copy(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    """Until either side ends or breaks."""
    try:
        while chunk := await source.read(_CHUNK):
            to.write(chunk)
            await to.drain()
    except OSError:
        pass
