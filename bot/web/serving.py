"""Gunicorn's threads, with a limit to how long a request may take to arrive.

Gunicorn itself waits for ever for a header or body that comes drop by drop, and sixteen such
connections silence a service of sixteen threads. What it cannot read it sends back in its error
page and writes to the log, addresses with openids included; foreign transfer codings get a 501.
"""

import selectors
import signal
import socket
import time
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.http import errors  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from bot import editions, replay
from bot.web.processors import settle

ARRIVES_WITHIN = 10.0
"""Seconds from the first byte to the last: twice what the platform waits for an answer."""

LETS_PASS = 0.000_1
MOST_LET_PASS = 10
"""Seconds that a process lets others go first, for each connection it has, up to so many: time
enough for one that is idle to wake up, and nothing beside what a busy one needs for an answer."""

_REFUSALS: tuple[tuple[type[Exception], int, str], ...] = (
    (errors.LimitRequestLine, 414, "URI Too Long"),
    (errors.LimitRequestHeaders, 431, "Request Header Fields Too Large"),
    (errors.ExpectationFailed, 417, "Expectation Failed"),
    (errors.ParseException, 400, "Bad Request"),
)


class PunctualWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Stops reading from whoever is too slow, and repeats nothing of what it cannot read."""

    arrives_within = ARRIVES_WITHIN

    def init_process(self) -> None:
        self.handling: dict[Any, float] = {}
        settle(self.age, self.cfg.workers, self.ppid)
        super().init_process()

    def init_signals(self) -> None:
        """A terminal that is closed cuts nothing short: who started us tells us to stop."""
        super().init_signals()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def run(self) -> None:
        """Serves, replays what this host's spool holds and keeps up with what staff release."""
        ours = getattr(self.wsgi, "extensions", {})
        with ExitStack() as beside:
            for name in (replay.EXTENSION, editions.EXTENSION):
                if name in ours:
                    beside.enter_context(ours[name].beside())
            super().run()

    def accept(self, listener: Any) -> None:
        """Lets a process with fewer connections take the new one.

        All wait at one socket, and a connection that is kept alive stays with whoever took it:
        a burst left one process with fourteen of sixteen, and the other without work.
        """
        time.sleep(LETS_PASS * min(self.nr_conns, MOST_LET_PASS))
        super().accept(listener)

    def enqueue_req(self, conn: Any) -> None:
        """Gives a thread to a connection that has said something, and to no other.

        gunicorn's own lets each silent one keep a thread for seconds: twenty of them, opened again
        and again, and nobody else is heard. Here they wait beside the threads, and not for long.
        """
        if conn.initialized or conn.wait_for_data(0):
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)  # noqa: FBT003  the socket's own way
        conn.set_timeout()
        self.pending_conns.append(conn)
        heard = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, heard)

    def handle(self, conn: Any) -> Any:
        """One request in one thread; `murder_pending` looks at how long it takes."""
        self.handling[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            self.handling.pop(conn, None)

    def murder_pending(self) -> None:
        """Called about once a second. A request that is being answered loses nothing by it."""
        super().murder_pending()
        limit = time.monotonic() - self.arrives_within
        for conn, began in list(self.handling.items()):
            if began < limit:
                self.handling.pop(conn, None)
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """A request that is none gets a status and nothing of its own."""
        for kind, status, reason in _REFUSALS:
            if isinstance(exc, kind):
                self.log.warning("request_unreadable: %s", type(exc).__name__)
                with suppress(OSError):
                    util.write_error(client, status, reason, "")
                return
        super().handle_error(req, client, addr, exc)
