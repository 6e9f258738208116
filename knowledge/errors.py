"""The errors that reviewed content can cause, always naming the file and the field."""

from pathlib import Path


class ContentError(ValueError):
    """A content file says something the service cannot use.

    `file`, `line` (0 where the whole file is meant) and `field` tell an editor where to look,
    `message` what is wrong.
    """

    def __init__(self, file: Path | str, field: str, message: str, line: int = 0) -> None:
        place = f"{file}:{line}" if line else f"{file}"
        super().__init__(f"{place}: {field}: {message}")
        self.file = str(file)
        self.line = line
        self.field = field
        self.message = message
