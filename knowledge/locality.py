"""A place: its offices, townships, villages, advisers, mediators, hours and numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from knowledge.complaints import complaint
from knowledge.errors import ContentError
from knowledge.files import read_yaml
from knowledge.rows import Row, read_rows

NATIONAL = "national"
"""The folder of what holds everywhere: kinds of offices and national numbers."""
_TRUSTED_FOR = timedelta(days=183)
"""How long an address or a number is believed without anybody having looked again: half a year."""


@dataclass(frozen=True, slots=True)
class Hotline:
    """A number that is the same in the whole country, and what it is for."""

    number: str
    name: str
    purpose: str


@dataclass(frozen=True, slots=True)
class OfficeKind:
    """A kind of office that answers may name, and what it is called where nothing is known."""

    kind: str
    unknown: str


@dataclass(frozen=True, slots=True)
class Office:
    """An office of this place. `township` is empty for one that serves the whole place."""

    kind: str
    name: str
    township: str
    address: str
    phone: str
    hours: str
    source: str
    checked_on: date

    def is_fresh(self, day: date) -> bool:
        """Whether somebody looked at it within the last half year."""
        return day <= self.checked_on + _TRUSTED_FOR


@dataclass(frozen=True, slots=True)
class Person:
    """A village's adviser or a mediator, with a number that is meant for the public."""

    name: str
    office: str
    phone: str
    villages: tuple[str, ...]
    checked_on: date


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community, and what people call it."""

    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Township:
    """A township, town or street office with its villages."""

    name: str
    aliases: tuple[str, ...]
    villages: tuple[Village, ...]


@dataclass(frozen=True, slots=True)
class Locality:
    """One place as the bureau keeps it. `invented` is for tests and shows only."""

    id: str
    name: str
    invented: bool
    kinds: Mapping[str, OfficeKind]
    hotlines: Mapping[str, Hotline]
    offices: tuple[Office, ...]
    townships: tuple[Township, ...]
    advisers: tuple[Person, ...]
    mediators: tuple[Person, ...]
    offices_file: str

    @classmethod
    def read(cls, folder: Path, place: str) -> "Locality":
        """Reads content/localities for a place. Raises ContentError."""
        own, national = folder / place, folder / NATIONAL
        if not (own / "place.yaml").is_file():
            raise ContentError(own, "place.yaml", complaint("no_such_place", place=place))
        head = Row(own / "place.yaml", "place", read_yaml(own / "place.yaml"))
        head.only("name", "invented")
        kinds = {kind.kind: kind for kind in _kinds(national / "offices.yaml")}
        return cls(
            id=place,
            name=head.text("name"),
            invented=head.given.get("invented") is True,
            kinds=kinds,
            hotlines={line.number: line for line in _hotlines(national / "hotlines.yaml")},
            offices=tuple(_offices(own / "offices.yaml", kinds)),
            townships=tuple(_townships(own / "townships.yaml")),
            advisers=tuple(_people(own / "people.yaml", "advisers")),
            mediators=tuple(_people(own / "people.yaml", "mediators")),
            offices_file=str(own / "offices.yaml"),
        )

    def office(self, kind: str, day: date) -> Office | None:
        """The office of a kind that serves the whole place, if its facts are fresh on `day`.

        Offices of single townships are not given: an answer does not know where one lives.
        """
        for office in self.offices:
            if office.kind == kind and not office.township and office.is_fresh(day):
                return office
        return None


def _kinds(path: Path) -> Iterator[OfficeKind]:
    for row in read_rows(path, "kinds"):
        row.only("kind", "unknown")
        yield OfficeKind(row.text("kind"), row.text("unknown"))


def _hotlines(path: Path) -> Iterator[Hotline]:
    for row in read_rows(path, "hotlines"):
        row.only("number", "name", "purpose")
        yield Hotline(row.text("number"), row.text("name"), row.text("purpose"))


def _offices(path: Path, kinds: Mapping[str, OfficeKind]) -> Iterator[Office]:
    columns = ("address", "phone", "hours")
    for row in read_rows(path, "offices"):
        row.only("kind", "name", "township", *columns, "source", "checked_on")
        if row.text("kind") not in kinds:
            raise row.error("kind", complaint("unknown_office", kind=row.text("kind")))
        address, phone, hours = (row.text_or_empty(name) for name in columns)
        yield Office(
            kind=row.text("kind"),
            name=row.text("name"),
            township=row.text_or_empty("township"),
            address=address,
            phone=phone,
            hours=hours,
            source=row.text("source"),
            checked_on=row.day("checked_on"),
        )


def _townships(path: Path) -> Iterator[Township]:
    for row in read_rows(path, "townships"):
        row.only("name", "aliases", "villages")
        villages = tuple(
            Village(village.only("name", "aliases").text("name"), village.texts("aliases"))
            for village in row.rows("villages")
        )
        yield Township(row.text("name"), row.texts("aliases"), villages)


def _people(path: Path, name: str) -> Iterator[Person]:
    for row in read_rows(path, name):
        row.only("name", "office", "phone", "villages", "checked_on")
        yield Person(
            name=row.text("name"),
            office=row.text("office"),
            phone=row.text_or_empty("phone"),
            villages=row.texts("villages"),
            checked_on=row.day("checked_on"),
        )
