"""What a version of a law is on a day, for readers."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.services import Services
from handlers.articles import version_told
from knowledge.statutes.register import LawVersion


class Standing(StrEnum):
    """What a version is on a day."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    REPLACED = "replaced"
    REPEALED = "repealed"


@dataclass(frozen=True, slots=True)
class VersionShown:
    """A version of a law: by which days it is known, and what it is today."""

    version: LawVersion
    told: str
    standing: Standing
    has_text: bool


def version_shown(
    services: Services, version: LawVersion, today: date, *, has_text: bool = True
) -> VersionShown:
    """A version as it stands today."""
    told = version_told(services.wording, version)
    return VersionShown(version, told, _standing(services, version, today), has_text)


def _standing(services: Services, version: LawVersion, today: date) -> Standing:
    if version.in_force_on(today):
        return Standing.IN_FORCE
    if version.effective_from > today:
        return Standing.NOT_YET
    if services.lookups.register.in_force(version.title, today) is not None:
        return Standing.REPLACED
    return Standing.REPEALED
