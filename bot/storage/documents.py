"""Offers and bases as JSON documents; what a document lacks takes its default."""

import json
from datetime import date
from typing import Any

from bot.storage.columns import storable
from handlers.model import Basis, CitedVersion, ConsultationNumber, Offer
from knowledge.entry import Citation, EntryId

Document = dict[str, Any]

_AS_WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
_NOTHING = Offer()
_MOST_REMEMBERED = 1_000


class Written(str):
    """A document as JSON already."""

    __slots__ = ()


def written(document: object) -> str:
    """A document as it is kept: Chinese as it is, nothing between the parts."""
    return document if isinstance(document, Written) else _AS_WRITTEN.encode(document)


def offer_document(offer: Offer) -> Document | None:
    """None for an offer of nothing, which most are."""
    if offer == _NOTHING:
        return None
    return {
        "choices": list(offer.choices),
        "rest": [storable(part) for part in offer.rest],
        "question": storable(offer.question),
        "awaits": offer.awaits,
        "misses": offer.misses,
        "wordless": offer.wordless,
        "entry": offer.entry,
        "entry_version": offer.entry_version,
        "own": offer.own,
    }


def to_offer(document: Document | None) -> Offer:
    """The offer of a document; None is an offer of nothing."""
    if document is None:
        return _NOTHING
    awaits, entry = document.get("awaits"), document.get("entry")
    return Offer(
        choices=tuple(EntryId(choice) for choice in document.get("choices", ())),
        rest=tuple(document.get("rest", ())),
        question=document.get("question", ""),
        awaits=None if awaits is None else ConsultationNumber(awaits),
        misses=document.get("misses", 0),
        wordless=document.get("wordless", 0),
        entry=None if entry is None else EntryId(entry),
        entry_version=document.get("entry_version", ""),
        own=document.get("own", 0),
    )


def basis_document(basis: Basis | None) -> Written | None:
    """A basis with every article it names and the version that was meant.

    Whoever gets an answer today is given the same basis: it is written once.
    """
    if basis is None:
        return None
    known = _remembered.get(id(basis))
    if known is None or known[0] is not basis:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        known = _remembered[id(basis)] = (basis, _written_basis(basis))
    return known[1]


_remembered: dict[int, tuple[Basis, Written]] = {}
"""By identity, which is theirs alone as long as they are here."""


def _written_basis(basis: Basis) -> Written:
    document = {
        "entry": basis.entry,
        "entry_version": basis.entry_version,
        "content_version": basis.content_version,
        "law": [_law_document(cited) for cited in basis.law],
    }
    return Written(written(document))


def to_basis(document: Document | None) -> Basis | None:
    """The basis of a document, as it was when the answer was given."""
    if document is None:
        return None
    return Basis(
        entry=EntryId(document["entry"]),
        entry_version=document["entry_version"],
        content_version=document["content_version"],
        law=tuple(_to_cited(cited) for cited in document["law"]),
    )


def _law_document(cited: CitedVersion) -> Document:
    return {
        "law": cited.citation.law,
        "article": cited.citation.article,
        "effective_from": cited.effective_from.isoformat(),
    }


def _to_cited(document: Document) -> CitedVersion:
    return CitedVersion(
        Citation(document["law"], document["article"]),
        date.fromisoformat(document["effective_from"]),
    )
