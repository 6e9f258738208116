"""Somebody asks for an article by its number: the text as in force, or where to read it."""

from dataclasses import dataclass
from datetime import date

from handlers.compose import Composer
from handlers.model import DecisionName, Offer, Reply, Statute
from handlers.parts import MESSAGE_BYTES, pack, size
from knowledge.statutes.lookup import Fault, Looked, LookUps
from knowledge.statutes.register import LawVersion, ReadIn, everyday_name
from knowledge.wording import Phrase, Wording

_RULES = "部门规章"
_FAULTS = {
    Fault.NOT_YET: Phrase.STATUTE_NOT_YET,
    Fault.NO_LONGER: Phrase.STATUTE_NO_LONGER,
    Fault.NO_ARTICLE: Phrase.STATUTE_NO_ARTICLE,
    Fault.NO_TEXT: Phrase.STATUTE_NO_TEXT,
    Fault.UNUSABLE: Phrase.STATUTE_UNUSABLE,
}


@dataclass(frozen=True, slots=True)
class Articles:
    """Recognises look-ups among messages."""

    lookups: LookUps

    def asked(self, text: str, day: date) -> Statute | None:
        """The decision on a message that asks for an article and nothing else."""
        asked = self.lookups.asked(text)
        return Statute(self.lookups.show(asked, day)) if asked else None


def article_reply(composer: Composer, decision: Statute, question: str) -> Reply:
    """The article with its version and the disclaimer; what does not fit waits behind 更多."""
    say, looked = composer.wording.say, decision.looked
    if looked.article is None:
        text = f"{fault_told(composer.wording, looked)}\n{say(Phrase.STATUTE_PERSON)}"
        return Reply(DecisionName.STATUTE, text, Offer(question=question))
    head = article_head(composer.wording, looked)
    foot = f"{say(Phrase.STATUTE_HINT)}\n{say(Phrase.DISCLAIMER)}"
    room = MESSAGE_BYTES - size(f"{head}\n\n{foot}")
    first, *rest = pack((looked.article.text,), say(Phrase.MORE_HINT), room)
    offer = Offer(rest=tuple(rest), question=question)
    return Reply(DecisionName.STATUTE, f"{head}\n{first}\n{foot}", offer)


def article_head(wording: Wording, looked: Looked) -> str:
    """Law, article and version, as they stand above the text."""
    version = looked.version
    if version is None:
        return ""
    return wording.say(
        Phrase.STATUTE_HEAD,
        law=everyday_name(version.title),
        number=looked.asked.number,
        version=version_told(wording, version),
    )


def version_told(wording: Wording, version: LawVersion) -> str:
    """By which days a version is known: adopted, in force from."""
    presumed = version.read_in is ReadIn.PRESUMED
    phrase = Phrase.STATUTE_VERSION_PRESUMED if presumed else Phrase.STATUTE_VERSION
    return wording.say(phrase, adopted=version.adopted, effective_from=version.effective_from)


def where_to_read(wording: Wording, version: LawVersion) -> str:
    """The official collection that should have a version."""
    rules = version.kind == _RULES
    return wording.say(Phrase.READ_RULES if rules else Phrase.READ_LAWS)


def fault_told(wording: Wording, looked: Looked) -> str:
    """Why there is no text to read, and where to read it."""
    version, fault = looked.version, looked.fault
    if version is None or fault is None or fault is Fault.NO_LAW:
        laws = "".join(f"《{everyday_name(title)}》" for title in looked.nearest)
        nearest = wording.say(Phrase.STATUTE_NEAREST, laws=laws) if laws else ""
        return wording.say(Phrase.STATUTE_NO_LAW, law=looked.asked.name, nearest=nearest)
    day = version.effective_from if fault is Fault.NOT_YET else version.effective_until
    told = wording.say(
        _FAULTS[fault],
        law=everyday_name(version.title),
        number=looked.asked.number,
        version=version_told(wording, version),
        day=day,
        where=where_to_read(wording, version),
    )
    return f"{told}{looked.note}"
