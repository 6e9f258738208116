"""The errors we raise on purpose.

ServiceError
├── NotFound        nothing by that number or name
├── AlreadyTaken    somebody else has the consultation
├── NotPossible     the consultation's state does not allow it
├── BadInput        the words given cannot be used; says which field
└── Unreachable     a door outside the process does not answer
"""


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
    """The state of the consultation does not allow this step."""


class BadInput(ServiceError):
    """A value cannot be used; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(f"bad {field}")
        self.field = field


class Unreachable(ServiceError):
    """Something outside this process does not answer."""
