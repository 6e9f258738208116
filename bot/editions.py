"""What residents are answered from: one value, swapped whole when staff release something.

Each process looks about once a second at the number of the last publication, in a thread of its
own. A message takes the edition that is current when it comes, and keeps it until it is answered.
See docs/adr/0012-editing.md.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread
from zoneinfo import ZoneInfo

from bot.figures import CountedReception, edition_failed
from bot.late import LateMatcher
from handlers.articles import Articles
from handlers.compose import Composer
from handlers.decide import Policy
from handlers.dialogue import Dialogue
from handlers.errors import Unreachable
from handlers.model import Message, Reply
from handlers.ports import Clock, Store
from handlers.reception import Reception
from knowledge.commands import Commands
from knowledge.emergency import Screen
from knowledge.library import Library
from knowledge.overlay import Overlay
from knowledge.wording import Wording

log = logging.getLogger(__name__)

EXTENSION = "faxiaomei_editions"
"""Under which name the application keeps the editions for its web processes."""

LOOK_EVERY = 1.0
"""Seconds between looks: one small query each, and a release reaches everybody within two."""

STOPS_WITHIN = 2.0
"""Seconds that a look under way is waited for when the process ends."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything that depends on the entries, and what was released of them."""

    overlay: Overlay
    library: Library
    matcher: LateMatcher
    composer: Composer
    reception: Reception
    late: Reception
    """For messages that waited: its replies may reach nobody, so no answer of staff goes along."""

    @property
    def number(self) -> int:
        """The number of the last publication that it has."""
        return self.overlay.number


@dataclass(frozen=True, slots=True)
class Press:
    """Makes editions out of libraries, with all that stays the same in every edition."""

    store: Store
    clock: Clock
    zone: ZoneInfo
    screen: Screen
    commands: Commands
    wording: Wording
    articles: Articles
    make_matcher: Callable[[Library, LateMatcher | None], LateMatcher]

    def made(self, library: Library, overlay: Overlay, before: Edition | None = None) -> Edition:
        """An edition; what the one `before` it has built already is not built again."""
        composer = Composer(self.wording, library)
        matcher = self.make_matcher(library, before.matcher if before else None)
        reception = CountedReception(
            store=self.store,
            clock=self.clock,
            zone=self.zone,
            screen=self.screen,
            dialogue=Dialogue(self.commands, library),
            finder=matcher,
            composer=composer,
            policy=Policy(),
            articles=self.articles,
        )
        late = replace(reception, carries_answers=False)
        return Edition(overlay, library, matcher, composer, reception, late)


class Editions:
    """The current edition of a process, and how it keeps up with what staff release."""

    def __init__(
        self, files: Library, press: Press, released: Callable[[int | None], Overlay | None]
    ) -> None:
        """`released`: what was released, None if it is the given number still; or Unreachable."""
        self.files = files
        self.press = press
        self.released = released
        self.stopping = Event()
        self.behind = False
        """Whether what was released could not be made into an edition; the one before stays."""
        self._building = Lock()
        self._number: int | None = None
        self._current: Edition | None = None
        self._met: tuple[int, ...] = ()

    @property
    def current(self) -> Edition:
        """The edition of now: take it once and keep it for all of one message or page.

        The first time looks at what was released; without a database it is the files alone.
        """
        if self._current is None:
            self.look()
        assert self._current is not None  # noqa: S101  a look leaves one behind, whatever happens
        return self._current

    def settled(self) -> Edition:
        """As `current`, but never the files alone because the database was away at the start.

        Something may have been withdrawn. Raises Unreachable if it is away still.
        """
        if self._number is None and not self.behind:
            self._take_over()
        return self.current

    def look(self) -> None:
        """Takes over what was released since. Raises nothing: else the old edition stays."""
        try:
            self._take_over()
        except Unreachable:
            self._fall_back(self.files)

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Keeps looking in a thread of its own while something else runs."""
        thread = Thread(target=self.run, name="editions", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stopping.set()
            # It may hang at a silent database; nothing is lost with it, so nobody waits for long.
            thread.join(STOPS_WITHIN)

    def run(self) -> None:
        """Looks until `stopping` is set. Raises nothing."""
        while not self.stopping.wait(LOOK_EVERY):
            self.look()
            self._absorb()

    def _take_over(self) -> None:
        """As `look`. Raises Unreachable."""
        try:
            while not self._is_up_to_date():
                pass
            self.behind = False
        except Unreachable:
            raise
        except Exception:  # residents get the edition before, less what was released anew
            edition_failed()
            if not self.behind:
                log.exception("edition_failed")
            self.behind = True
            # Without an edition before: nothing, since what was withdrawn is not known.
            self._fall_back(replace(self.files, entries={}))

    def _is_up_to_date(self) -> bool:
        """Makes and swaps in what was released; False if somebody was faster, and saw more."""
        known = self._number
        try:
            overlay = self.released(known)
        except Unreachable:
            raise
        except Exception as error:  # a database that is damaged tells as little as none
            raise Unreachable("database: unreadable") from error
        if overlay is None:
            return True
        with self._building:
            if self._number != known:
                return False
            try:
                library = self.files.under(overlay)
                self._current = self.press.made(library, overlay, self._current)
            except Exception:
                self._silence(overlay)
                raise
            self._number = overlay.number
            self._met = tuple(_met(overlay, self.files))
        if known is not None:
            told = {"number": overlay.number, "knowledge": library.version}
            log.info("edition_changed", extra=told)
        return True

    def _silence(self, overlay: Overlay) -> None:
        """Of what was released anew the old words are said no more: they may have been wrong."""
        before = self._current
        if before is None:
            return
        said = {one.entry: one.publication for one in before.overlay}
        moved = {one.entry for one in overlay if said.get(one.entry) != one.publication}
        known = before.library.entries
        if not moved.isdisjoint(known):
            left = {name: entry for name, entry in known.items() if name not in moved}
            library = replace(before.library, entries=left, version=f"{before.library.version}~")
            self._current = self.press.made(library, before.overlay, before)

    def _absorb(self) -> None:
        """Notes which texts the files have by now; whoever cannot, tries with the next look."""
        if not self._met:
            return
        with suppress(Unreachable):
            with self.press.store.write() as records:
                records.revisions.absorb(self._met, self.press.clock())
            self._met = ()

    def _fall_back(self, library: Library) -> None:
        if self._current is None:
            self._current = self.press.made(library, Overlay())


@dataclass(frozen=True, slots=True)
class LateReception:
    """Receives what waited in the spool, in the edition that is current by then."""

    editions: Editions

    def receive(self, message: Message) -> Reply:
        """As Reception."""
        return self.editions.settled().late.receive(message)


def _met(overlay: Overlay, files: Library) -> Iterator[int]:
    for one in overlay:
        file = files.entries.get(one.entry)
        if file is not None and file.source == one.text and not one.absorbed:
            yield one.publication
