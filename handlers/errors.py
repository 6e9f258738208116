"""The errors we raise on purpose.

ServiceError
├── NotFound        nothing by that number or name
├── AlreadyTaken    somebody else has the consultation
├── NotPossible     the state of the consultation or revision does not allow it
├── BadInput        the words given cannot be used; says which field
├── NotAllowed      the role of this member of staff does not allow it
├── NotASecondPerson whoever wrote a revision cannot release it
├── StaleSave       somebody saved the revision since; has the newer one
├── Outdated        what residents get has changed since the revision was begun
├── Unfit           a text that residents must not get; has the faults
└── Unreachable     a door outside the process does not answer
"""

from collections.abc import Sequence

from handlers.revisions import Revision
from knowledge.overlay import TextFault


class ServiceError(Exception):
    """The root of what is caught by name; `str()` of it is safe to log."""


class NotFound(ServiceError):
    """Nothing is there by that number or name."""


class AlreadyTaken(ServiceError):
    """Another member of staff has this consultation; `holder` is their name."""

    def __init__(self, holder: str) -> None:
        super().__init__("consultation is taken")
        self.holder = holder


class NotPossible(ServiceError):
    """The state of the consultation or revision does not allow this step."""


class BadInput(ServiceError):
    """A value cannot be used; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(f"bad {field}")
        self.field = field


class NotAllowed(ServiceError):
    """The role of this member of staff does not allow this step."""


class NotASecondPerson(NotAllowed):
    """A text needs two people: whoever wrote or saved it cannot release it."""


class StaleSave(ServiceError):
    """The revision was saved by somebody, or in another tab, since; `newer` is what stands."""

    def __init__(self, newer: Revision) -> None:
        super().__init__("revision was saved since")
        self.newer = newer


class Outdated(ServiceError):
    """Residents get another text than the revision was begun from; `version` is that text's."""

    def __init__(self, version: str) -> None:
        super().__init__("revision is outdated")
        self.version = version


class Unfit(ServiceError):
    """Residents must not get this text: every reason, by field and line."""

    def __init__(self, faults: Sequence[TextFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


class Unreachable(ServiceError):
    """Something outside this process does not answer."""
