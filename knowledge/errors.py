"""The errors that reviewed content can cause, always naming the file and the field."""

from pathlib import Path


class ContentError(ValueError):
    """A content file says something the service cannot use.

    `file` and `field` tell an editor where to look, `message` what is wrong.
    """

    def __init__(self, file: Path | str, field: str, message: str) -> None:
        super().__init__(f"{file}: {field}: {message}")
        self.file = str(file)
        self.field = field
        self.message = message
