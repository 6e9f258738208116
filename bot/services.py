"""The parts of a running service, chosen in bootstrap.py and handed to whoever needs them."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bot.editions import Editions
from bot.late import LateMatcher
from bot.lawsearch import LawSearch
from bot.replay import Replayer
from bot.spool import Spool
from bot.storage.store import SqlStore
from bot.tasks import Tasks
from config.settings import Settings
from handlers.attachments import Vault
from handlers.cases import DeliveryId
from handlers.compose import Composer
from handlers.courier import Courier
from handlers.curator import Curator
from handlers.desk import Desk
from handlers.ports import Clock
from handlers.reception import Reception
from handlers.revisions import Proof
from knowledge.emergency import Screen
from knowledge.entry import EntryId
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
    editions: Editions
    wording: Wording
    menu: Menu
    desk: Desk
    courier: Courier
    tasks: Tasks
    vault: Vault
    spool: Spool
    replayer: Replayer
    lookups: LookUps
    law_search: LawSearch

    @property
    def library(self) -> Library:
        """What is known now; take it once a request, as all that depends on the edition."""
        return self.editions.current.library

    @property
    def matcher(self) -> LateMatcher:
        """The matcher of the current edition."""
        return self.editions.current.matcher

    @property
    def composer(self) -> Composer:
        """The composer of the current edition."""
        return self.editions.current.composer

    @property
    def reception(self) -> Reception:
        """Whoever receives a message now. Raises Unreachable, as `Editions.settled`."""
        return self.editions.settled().reception

    @property
    def screen(self) -> Screen:
        """The danger screen, the same in every edition: it works whatever is away."""
        return self.editions.press.screen

    def curator(self, proof: Proof) -> Curator:
        """Whoever edits entries, with a proof that knows what is published."""
        return Curator(self.store, self.file_text, self.clock, proof)

    def file_text(self, entry: EntryId) -> str:
        """The text of an entry's file; empty where there is none that could be read."""
        found = self.editions.files.entries.get(entry)
        return found.source if found else ""

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
