"""The parts of a running service, chosen in bootstrap.py and handed to whoever needs them."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bot.late import LateMatcher
from bot.lawsearch import LawSearch
from bot.replay import Replayer
from bot.spool import Spool
from bot.storage.store import SqlStore
from bot.tasks import Tasks
from config.settings import Settings
from handlers.attachments import Vault
from handlers.cases import DeliveryId
from handlers.courier import Courier
from handlers.desk import Desk
from handlers.ports import Clock
from handlers.reception import Reception
from knowledge.emergency import Screen
from knowledge.library import Library
from knowledge.menu import Menu
from knowledge.statutes.lookup import LookUps
from knowledge.wording import Wording


@dataclass(frozen=True, slots=True)
class Services:
    """Everything an entrance needs."""

    settings: Settings
    clock: Clock
    store: SqlStore
    library: Library
    matcher: LateMatcher
    wording: Wording
    menu: Menu
    reception: Reception
    desk: Desk
    courier: Courier
    tasks: Tasks
    vault: Vault
    spool: Spool
    replayer: Replayer
    lookups: LookUps
    law_search: LawSearch

    @property
    def screen(self) -> Screen:
        """The danger screen: it works whatever is away."""
        return self.reception.screen

    @property
    def imported_laws(self) -> Path:
        """Where texts that were brought with `flask statute import` are kept."""
        return self.settings.data_dir / "statutes"

    def day(self, given: datetime | None = None) -> date:
        """The day that was named, or today as residents here have it."""
        return given.date() if given else self.clock().astimezone(self.settings.zone).date()

    def wake(self, delivery: DeliveryId) -> None:
        """Asks the worker to try a delivery now. Never raises: the sweep finds what was lost."""
        self.tasks.wake(delivery)

    def gather(self) -> None:
        """Asks the worker to fetch attachments now. Never raises, as `wake`."""
        self.tasks.gather()
