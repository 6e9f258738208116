"""`flask worker`: the process that delivers, and replays what the spool holds."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import click

from bot.replay import Replayer
from bot.services import Services

log = logging.getLogger(__name__)


def worker_command(services: Services) -> click.Command:
    """The command over these services."""

    @click.command("worker")
    def worker() -> None:
        """Delivers answers and runs every timer until told to stop."""
        log.info("worker_started")
        if closed := services.spool.closed():
            log.error("spool_closed", extra={"files": closed})
        with _replaying(services.replayer):
            services.tasks.run()
        log.info("worker_stopped")

    return worker


@contextmanager
def _replaying(replayer: Replayer) -> Iterator[None]:
    """Replays beside the task engine: its queue may be away together with the database."""
    thread = Thread(target=replayer.run, name="replayer")
    thread.start()
    try:
        yield
    finally:
        replayer.stopping.set()
        thread.join()
