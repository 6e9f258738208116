"""The register of laws: which version of a law is in force on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge.errors import ContentError
from knowledge.files import read_yaml

_STATE_PREFIX = "中华人民共和国"


@dataclass(frozen=True, slots=True)
class LawVersion:
    """One version of a law. It holds from `effective_from` until the day before `effective_until`.

    `adopted` is the day of adoption or of the latest amendment in this version.
    """

    title: str
    kind: str
    adopted: date
    effective_from: date
    effective_until: date | None
    source: str

    def in_force_on(self, day: date) -> bool:
        """Whether this version applies to what happens on `day`."""
        return self.effective_from <= day and (
            self.effective_until is None or day < self.effective_until
        )


@dataclass(frozen=True, slots=True)
class Register:
    """Versions of laws by full official title; facts only, no texts."""

    versions: Mapping[str, Sequence[LawVersion]]

    @classmethod
    def read(cls, path: Path) -> "Register":
        """Reads register.yaml. Raises ContentError naming the row."""
        versions: dict[str, list[LawVersion]] = {}
        for number, row in enumerate(read_yaml(path).get("laws", []), start=1):
            version = _version(path, number, row)
            versions.setdefault(version.title, []).append(version)
        return cls(versions)

    def in_force(self, law: str, day: date) -> LawVersion | None:
        """The version of a law by its exact full title on a day; None if there is none."""
        for version in self.versions.get(law, ()):
            if version.in_force_on(day):
                return version
        return None


def everyday_name(law: str) -> str:
    """A national law as people call it: the official title without the name of the state."""
    return law.removeprefix(_STATE_PREFIX)


def _version(path: Path, number: int, row: Mapping[str, object]) -> LawVersion:
    try:
        version = LawVersion(**row)  # type: ignore[arg-type]
    except TypeError as error:
        raise ContentError(path, f"laws[{number}]", str(error)) from None
    days = (version.adopted, version.effective_from, version.effective_until)
    if not all(isinstance(day, date) for day in days[:2]) or not version.title:
        raise ContentError(path, f"laws[{number}]", "needs a title and days like 2026-11-23")
    return version
