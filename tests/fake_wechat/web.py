"""A small threaded HTTP server that can also be late, silent or rude."""

import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

JSON_TYPE: Final = "application/json; encoding=utf-8"
# Closing with this option set sends RST instead of FIN.
_LINGER_ZERO: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    content_type: str


class Drop(StrEnum):
    """What happens to the connection instead of an answer."""

    CLOSE = "close"
    RESET = "reset"
    HALF_WAY = "half_way"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer `delay` seconds from now, or with `drop` none at all."""

    body: bytes = b""
    status: int = 200
    content_type: str = JSON_TYPE
    delay: float = 0.0
    drop: Drop | None = None


App = Callable[[Request], Response]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Header and body leave in one packet; otherwise delayed acknowledgement costs 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: "_Server"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: Any) -> None:
        """The request log is kept by the app."""

    def _answer(self) -> None:
        response = self.server.app(self._read())
        if response.delay:
            self.server.stopping.wait(response.delay)
        match response.drop:
            case Drop.CLOSE:
                self.close_connection = True
            case Drop.RESET:
                self._reset()
            case Drop.HALF_WAY:
                self.close_connection = True
                self._write(response, sent=len(response.body) // 2)
            case None:
                self._write(response, sent=len(response.body))

    def _read(self) -> Request:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        kind = self.headers.get("Content-Type", "")
        return Request(self.command, parts.path, query, body, kind)

    def _write(self, response: Response, sent: int) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body[:sent])

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        # Closed by its number: an orderly shutdown by the server would send FIN first.
        socket.close(self.connection.detach())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], app: App) -> None:
        super().__init__(address, _Handler)
        self.app = app
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no fault of ours; anything else is printed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def cut_connections(self) -> None:
        """End the kept-alive connections too: a stopped platform answers nobody."""
        with self._open_lock:
            still_open = tuple(self._open)
        for connection in still_open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class WebServer:
    """Serves one app on a port from a thread; may be stopped and started again."""

    def __init__(self, app: App, host: str = "127.0.0.1", port: int = 0) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """Root address without a final slash; it stays the same over a stop and a start."""
        if self._port == 0:
            reason = "the server has no port before its first start"
            raise RuntimeError(reason)
        return f"http://{self._host}:{self._port}"

    def start(self) -> None:
        if self._server is not None:
            return
        self._server = _Server((self._host, self._port), self._app)
        self._port = self._server.server_port
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening and cut what is open; answers still waiting are not sent."""
        server, self._server = self._server, None
        if server is None:
            return
        server.stopping.set()
        server.shutdown()
        server.server_close()
        server.cut_connections()
