"""HTTP calls whose answer has to begin in time, however it comes.

The usual time limit begins anew with every byte: a head that drips in, or one "100 Continue" after
the other, would hold its caller for hours.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse


def ask(method: str, url: str, **asked: Any) -> requests.Response:
    """As `requests.request`; the time limit of a read is also that of the whole head."""
    with requests.Session() as session:
        for scheme in _POOLS:
            session.mount(f"{scheme}://", _InTime())
        return session.request(method, url, **asked)


@contextmanager
def _in_time(wire: socket.socket, seconds: float) -> Iterator[None]:
    """Cuts the wire when the time is over. Raises TimeoutError then."""
    over = Event()

    def cut() -> None:
        over.set()
        with suppress(OSError):
            # Not TLS's own way to say goodbye: another thread is reading.
            socket.socket.shutdown(wire, socket.SHUT_RD)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if over.is_set():
            raise TimeoutError


class _PlainConnection(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 itself
        with _in_time(*_wire(self)):
            return super().getresponse()


class _SealedConnection(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 itself
        with _in_time(*_wire(self)):
            return super().getresponse()


def _wire(connection: HTTPConnection) -> tuple[socket.socket, float]:
    """The socket and the seconds of a read, which every call here sets."""
    assert connection.sock is not None  # noqa: S101  a request was just sent over it
    assert isinstance(connection.timeout, float | int)  # noqa: S101
    return connection.sock, connection.timeout


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SealedPool(HTTPSConnectionPool):
    ConnectionCls = _SealedConnection


_POOLS = {"http": _PlainPool, "https": _SealedPool}


class _InTime(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager
