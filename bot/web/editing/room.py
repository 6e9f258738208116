"""Where entries are edited: the curator, and what a text is held against at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from bot.editions import Edition
from bot.services import Services
from bot.web.editing.citing import spelt_out
from handlers.articles import fault_told, version_told
from handlers.cases import Role, Staff
from handlers.curator import Curator
from handlers.errors import NotAllowed, NotFound, Unreachable
from handlers.rehearsal import Prover, Rehearsal
from handlers.revisions import Published
from knowledge.checks import Rules
from knowledge.entry import Citation, Entry, EntryId
from knowledge.entryfile import EntryForm
from knowledge.entrytext import version_of
from knowledge.kinship import strangers
from knowledge.library import CONTENT
from knowledge.topics import read_topics
from knowledge.trial import Bench


@dataclass(frozen=True, slots=True)
class ArticleBeside:
    """A cited article as it is in force today, or why it cannot be read here."""

    law: str
    number: str
    version: str
    text: str
    source: str
    told: str


@dataclass(frozen=True, slots=True)
class Workroom:
    """What all pages of the knowledge base share. Keeps nothing between requests."""

    services: Services

    @property
    def curator(self) -> Curator:
        """Whoever keeps revisions, with a proof that knows what is published now."""
        return self.services.curator(self.prover)

    @property
    def prover(self) -> Prover:
        """Whoever tries texts."""
        services = self.services
        return Prover(self.bench, lambda: services.reception, services.clock)

    def edition(self) -> Edition:
        """What residents are answered from, looked at anew: another process may have released."""
        self.services.editions.look()
        return self.services.editions.current

    def bench(self) -> Bench:
        """Raises Unreachable without a matcher: a text that cannot be tried is not released."""
        edition = self.edition()
        edition.matcher.warm_up()
        if edition.matcher.built is None:
            raise Unreachable
        texts, day = self.services.lookups.texts, self.services.day()
        return Bench(edition.library, _rules(), edition.matcher.built, texts, day)

    def rehearse(self, text: str, entry: EntryId) -> Rehearsal:
        """A text as residents would meet it."""
        return self.prover.rehearse(text, entry)

    def published(self, entry: EntryId) -> Published | None:
        """What residents get of an entry; None if there never was one."""
        try:
            return self.curator.published(entry)
        except NotFound:
            return None

    def earlier(self, entry: EntryId, version: str) -> str:
        """The text of a version that residents got; empty where nobody knows it any more."""
        curator = self.curator
        texts = (*(one.text for one in curator.history(entry)), curator.file_text(entry))
        return next((text for text in texts if text and version_of(text) == version), "")

    def spelt_out(self, form: EntryForm) -> EntryForm:
        """The form with the laws' official titles."""
        return spelt_out(form, self.services.lookups)

    def article(self, law: str, number: str) -> ArticleBeside:
        """One article in any spelling."""
        services, wording = self.services, self.services.wording
        asked = services.lookups.named(law, number)
        if asked is None:
            return ArticleBeside(law, number, "", "", "", "")
        looked = services.lookups.show(asked, services.day())
        version = version_told(wording, looked.version) if looked.version else ""
        title = asked.title or law
        if looked.article is None:
            told = fault_told(wording, looked)
            return ArticleBeside(title, asked.number, version, "", "", told)
        found = looked.article
        return ArticleBeside(title, asked.number, version, found.text, found.source, "")

    def strangers(self, entry: Entry | None) -> tuple[Citation, ...]:
        """The citations of a text that look as if another article was meant."""
        if entry is None:
            return ()
        bench = self.bench()
        register, segmenter = bench.library.register, bench.matcher.segmenter
        return tuple(strangers(entry, register, bench.texts, segmenter, bench.day))

    def articles(self, form: EntryForm) -> list[ArticleBeside]:
        """Every article that a form cites, in its order."""
        return [self.article(law, number) for law, number in form.citations if law or number]


def require(staff: Staff, roles: frozenset[Role]) -> None:
    """Raises NotAllowed for a role that may not do this."""
    if staff.role not in roles:
        raise NotAllowed


@cache
def topics() -> Mapping[str, str]:
    """What topics are called, by id, in the order of the public pages."""
    return {str(one.id): one.name for one in read_topics(CONTENT / "topics.yaml").values()}


@cache
def _rules() -> Rules:
    """The lists of the content folder, which do not change while a process runs."""
    return Rules.read(CONTENT)
