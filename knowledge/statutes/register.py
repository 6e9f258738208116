"""The register of laws: which version of a law is in force on a day."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

from knowledge.entry import Citation
from knowledge.errors import ContentError
from knowledge.files import read_yaml

_STATE_PREFIX = "中华人民共和国"
_LAW_FIELDS = frozenset(
    [
        *("title", "kind", "issuer", "names", "address", "note"),
        *("repealed", "repealed_by", "versions"),
    ]
)
_VERSION_FIELDS = {
    "adopted",
    "promulgated",
    "effective_from",
    "read_in",
    "articles",
    "source",
    "filed",
}


class ReadIn(StrEnum):
    """Where the first day of a version was read."""

    CLOSING = "closing"
    """The closing article of the text."""
    DECISION = "decision"
    """The decision or order that made the version, or its promulgation."""
    PRESUMED = "presumed"
    """Nowhere: taken from the day of adoption. Good for looking up, not for citing."""


@dataclass(frozen=True, slots=True)
class LawVersion:
    """One version of a law. It holds from `effective_from` until the day before `effective_until`.

    `adopted` is the day of adoption or of the latest amendment in this version: together with
    the title it names the version. `promulgated` is None where it is the same day or unknown;
    `articles` is 0 where nobody has counted. `filed` are other days under which collections
    file the text.
    """

    title: str
    kind: str
    adopted: date
    effective_from: date
    effective_until: date | None = None
    source: str = ""
    issuer: str = ""
    promulgated: date | None = None
    articles: int = 0
    read_in: ReadIn = ReadIn.CLOSING
    filed: tuple[date, ...] = ()

    def in_force_on(self, day: date) -> bool:
        """Whether this version applies to what happens on `day`."""
        return self.effective_from <= day and (
            self.effective_until is None or day < self.effective_until
        )


@dataclass(frozen=True, slots=True)
class Law:
    """A law with all its registered versions, the oldest first.

    `names` are what people call it besides its title, each listed by hand; `address` is an
    official page with its text; `repealed_by` the article that ended it.
    """

    title: str
    versions: tuple[LawVersion, ...]
    names: tuple[str, ...] = ()
    address: str = ""
    note: str = ""
    repealed_by: Citation | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """Laws by full official title; facts only, no texts."""

    laws: Mapping[str, Law]

    @classmethod
    def read(cls, folder: Path) -> "Register":
        """Reads register.yaml, which people keep, and listed.jsonl, which a tool derived.

        A law in the first is not looked at in the second. Raises ContentError naming the row.
        """
        kept = folder / "register.yaml"
        laws: dict[str, Law] = {}
        for number, row in enumerate(read_yaml(kept).get("laws") or (), start=1):
            law = _law(kept, number, row)
            if law.title in laws:
                raise ContentError(kept, f"laws[{number}]", f"{law.title} stands here twice")
            laws[law.title] = law
        for law in _listed(folder / "listed.jsonl"):
            laws.setdefault(law.title, law)
        return cls(laws)

    def in_force(self, law: str, day: date) -> LawVersion | None:
        """The version of a law by its exact full title on a day; None if there is none."""
        for version in self.versions(law):
            if version.in_force_on(day):
                return version
        return None

    def versions(self, law: str) -> Sequence[LawVersion]:
        """Every version of a law by its exact full title, the oldest first."""
        known = self.laws.get(law)
        return known.versions if known else ()


def everyday_name(law: str) -> str:
    """A national law as people call it: the official title without the name of the state."""
    return law.removeprefix(_STATE_PREFIX)


def _listed(path: Path) -> Iterator[Law]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            yield _law(path, number, _with_days(json.loads(line)))


def _with_days(row: dict[str, Any]) -> dict[str, Any]:
    """JSON has no days: the derived rows hold them as texts."""
    for version in row["versions"]:
        for name in ("adopted", "promulgated", "effective_from"):
            if version.get(name):
                version[name] = date.fromisoformat(version[name])
    return row


def _law(path: Path, number: int, row: Mapping[str, Any]) -> Law:
    where = f"laws[{number}]"
    if not isinstance(row, dict) or not row.get("title") or not row.get("versions"):
        raise ContentError(path, where, "needs a title and versions")
    title = str(row["title"])
    if unknown := set(row) - _LAW_FIELDS:
        raise ContentError(path, f"{where} {title}", f"unknown: {sorted(unknown)}")
    versions = [_version(path, f"{where} {title}", row, given) for given in row["versions"]]
    return Law(
        title=title,
        versions=_in_order(path, title, versions, _repealed(path, title, row)),
        names=tuple(map(str, row.get("names") or ())),
        address=str(row.get("address") or ""),
        note=str(row.get("note") or ""),
        repealed_by=_repealed_by(path, title, row.get("repealed_by")),
        file=str(path),
    )


def _version(path: Path, where: str, law: Mapping[str, Any], row: Mapping[str, Any]) -> LawVersion:
    if unknown := set(row) - _VERSION_FIELDS:
        raise ContentError(path, where, f"unknown: {sorted(unknown)}")
    days = [row.get("adopted"), row.get("effective_from"), row.get("promulgated") or date.min]
    if not all(isinstance(day, date) for day in days):
        raise ContentError(path, where, "needs days like 2026-11-23")
    try:
        read_in = ReadIn(row.get("read_in") or ReadIn.CLOSING)
    except ValueError:
        raise ContentError(path, where, f"read_in must be one of {list(ReadIn)}") from None
    return LawVersion(
        title=str(law["title"]),
        kind=str(law.get("kind") or ""),
        adopted=row["adopted"],
        effective_from=row["effective_from"],
        source=str(row.get("source") or ""),
        issuer=str(law.get("issuer") or ""),
        promulgated=row.get("promulgated") or None,
        articles=int(row.get("articles") or 0),
        read_in=read_in,
        filed=tuple(row.get("filed") or ()),
    )


def _repealed(path: Path, title: str, row: Mapping[str, Any]) -> date | None:
    day = row.get("repealed")
    if isinstance(day, str):
        return date.fromisoformat(day)
    if day is not None and not isinstance(day, date):
        raise ContentError(path, title, "repealed must be a day like 2026-11-23")
    return day


def _repealed_by(path: Path, title: str, given: object) -> Citation | None:
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) != {"law", "article"}:
        raise ContentError(path, title, "repealed_by needs law and article")
    return Citation(given["law"], given["article"])


def _in_order(
    path: Path, title: str, versions: Sequence[LawVersion], repealed: date | None
) -> tuple[LawVersion, ...]:
    """Each version ends where the next begins; the last one with the repeal of the law."""
    for earlier, later in pairwise(versions):
        if not (earlier.adopted < later.adopted and earlier.effective_from < later.effective_from):
            raise ContentError(path, title, "versions must stand oldest first, each with its day")
    ends = [later.effective_from for later in versions[1:]]
    return tuple(
        replace(version, effective_until=end)
        for version, end in zip(versions, [*ends, repealed], strict=True)
    )
