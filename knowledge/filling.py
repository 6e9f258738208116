"""Blanks of an answer filled with what is known of a place on a day, else with plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from knowledge.blanks import Blank, BlankKind, fill_blanks
from knowledge.complaints import complaint
from knowledge.errors import ContentError
from knowledge.files import read_yaml
from knowledge.locality import Locality
from knowledge.parameters import Parameters

_SAYINGS = frozenset(
    [
        *("office_at", "address_unknown", "phone_unknown", "hours_unknown"),
        *("figure_known", "blank_unknown"),
    ]
)


@dataclass(frozen=True, slots=True)
class Filler:
    """What stands in for a blank; `sayings` are the words around a fact, from blanks.yaml."""

    locality: Locality
    parameters: Parameters
    sayings: Mapping[str, str]

    @classmethod
    def read(cls, content: Path, place: str) -> "Filler":
        """Reads localities, parameters and blanks.yaml of a content folder. Raises ContentError."""
        sayings = read_yaml(content / "blanks.yaml")
        for name in _SAYINGS ^ set(sayings):
            raise ContentError(content / "blanks.yaml", name, complaint("missing_saying"))
        locality = Locality.read(content / "localities", place)
        return cls(locality, Parameters.read(content / "parameters"), sayings)

    def fill(self, text: str, day: date, unsaid: frozenset[str] = frozenset()) -> str:
        """The text as a resident reads it on `day`: no blank is left, known or not.

        Figures whose keys are in `unsaid` count as not known.
        """
        return fill_blanks(text, partial(self._words, day=day, unsaid=unsaid))

    def knows(self, blank: Blank) -> bool:
        """Whether a blank may stand in an answer: its kind and its name are declared."""
        match blank.kind:
            case None:
                return False
            case BlankKind.FIGURE:
                return blank.name in self.parameters.by_key
            case BlankKind.PHONE if blank.name.isdecimal():
                return blank.name in self.locality.hotlines
            case _:
                return blank.name in self.locality.kinds

    def _words(self, blank: Blank, day: date, unsaid: frozenset[str]) -> str:
        if not self.knows(blank):
            return self.sayings["blank_unknown"]
        if blank.kind is BlankKind.FIGURE:
            return self._figure(blank.name, day, unsaid)
        if blank.name in self.locality.hotlines:
            return blank.name
        return self._local(blank, day)

    def _local(self, blank: Blank, day: date) -> str:
        office = self.locality.office(blank.name, day)
        unknown = self.locality.kinds[blank.name].unknown
        if blank.kind is BlankKind.OFFICE:
            if office is None:
                return unknown
            at = self.sayings["office_at"]
            return at.format(**_facts(office)) if office.address else office.name
        fact = _facts(office)[str(blank.kind)] if office is not None else ""
        return fact or self.sayings[f"{blank.kind}_unknown"].format(unknown=unknown)

    def _figure(self, key: str, day: date, unsaid: frozenset[str]) -> str:
        parameter = self.parameters.by_key[key]
        value = None if key in unsaid else parameter.on(day)
        if value is None:
            return parameter.without
        return self.sayings["figure_known"].format(
            value=f"{value.value:f}",
            unit=parameter.unit,
            region=parameter.region,
            day=value.effective_from,
        )


def _facts(office: object) -> dict[str, str]:
    return {name: getattr(office, name) for name in ("name", "address", "phone", "hours")}
