"""A door to a database that a test can shut: connections are refused and cut, or just hang."""

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

_CHUNK = 65_536


class DatabaseDoor:
    """A TCP proxy before a PostgreSQL on a local socket. Open at first, always on one port."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._place = f"{parts.username}@127.0.0.1:{{port}}{parts.path}"
        self._port = 0
        self._hanging = False
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """The database's address through the door."""
        return f"postgresql://{self._place.format(port=self._port)}"

    def open(self) -> None:
        """Lets everybody through from now on."""
        self._run(self._open(hanging=False))

    def shut(self) -> None:
        """Cuts every connection and refuses new ones."""
        self._run(self._shut())

    def hang(self) -> None:
        """Cuts every connection; new ones are taken, and nobody ever answers."""
        self._run(self._open(hanging=True))

    def _run(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _open(self, *, hanging: bool) -> None:
        await self._shut()
        self._hanging = hanging
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        passing = [task for task in self._passing if not task.done()]
        if passing:
            await asyncio.wait(passing, timeout=5)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
        self._writers.add(writer)
        if self._hanging:
            await self._copy(reader, None)
            writer.transport.abort()
            self._writers.discard(writer)
            return
        try:
            inner_reader, inner = await asyncio.open_unix_connection(self._socket)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(inner)
        await asyncio.gather(self._copy(reader, inner), self._copy(inner_reader, writer))
        for end in (writer, inner):
            end.transport.abort()
            self._writers.discard(end)

    async def _copy(self, source: asyncio.StreamReader, to: asyncio.StreamWriter | None) -> None:
        try:
            while chunk := await source.read(_CHUNK):
                if to is not None:
                    to.write(chunk)
                    await to.drain()
        except OSError:
            pass
        if to is not None:
            to.close()
