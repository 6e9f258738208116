"""`flask worker`: the process that delivers, and replays what the spool holds."""

import logging

import click

from bot.services import Services

log = logging.getLogger(__name__)


def worker_command(services: Services) -> click.Command:
    """The command over these services."""

    @click.command("worker")
    def worker() -> None:
        """Delivers answers and runs every timer until told to stop."""
        log.info("worker_started")
        if not services.spool.is_ours():
            log.error("spool_locked_out")
        if closed := services.spool.closed():
            log.error("spool_closed", extra={"files": closed})
        with services.replayer.beside(), services.editions.beside():
            services.tasks.run()
        log.info("worker_stopped")

    return worker
