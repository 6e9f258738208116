"""A server that answers with whatever bytes a test gives it, as slowly as the test likes."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

SLOW_HEADS = {
    "one line after the other": [b"HTTP/1.1 200 OK\r\n", *[b"X-Slow: 1\r\n"] * 30, b"\r\n{}"],
    "one letter after the other": [bytes([letter]) for letter in b"HTTP/1.1 200 Okay, then"],
    "always going on": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 30,
}
"""Answers of which each piece would begin a socket's own time limit anew."""

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@contextmanager
def answering(*pieces: bytes, pause: float = 0.0) -> Iterator[str]:
    """The URL of a server that writes these pieces to everybody, then hangs up."""
    done = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        thread = Thread(target=_serve, args=(server, pieces, pause, done))
        thread.start()
        try:
            yield f"http://127.0.0.1:{address[1]}"
        finally:
            done.set()
            # It may be waiting for somebody to come.
            socket.create_connection(address).close()
            thread.join()


def _serve(server: socket.socket, pieces: tuple[bytes, ...], pause: float, done: Event) -> None:
    while not done.is_set():
        connection, _ = server.accept()
        with connection, suppress(OSError):
            _read_request(connection)
            for piece in pieces:
                connection.sendall(piece)
                if done.wait(pause):
                    return


def _read_request(connection: socket.socket) -> None:
    """All of it: a connection closed over unread bytes is reset, not ended."""
    request = b""
    while piece := connection.recv(65_536):
        request += piece
        head, end, body = request.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if end and len(body) >= (int(length[1]) if length else 0):
            return


def http(body: bytes, status: str = "200 OK", length: int | None = None, more: str = "") -> bytes:
    """A whole answer; `length` may lie."""
    length = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{more}\r\n".encode() + body
