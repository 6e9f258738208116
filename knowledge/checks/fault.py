"""A fault as an editor is told of it: file, line, field, and what to do."""

import re
from dataclasses import dataclass
from pathlib import Path

from knowledge.citing import Citing, CitingKind
from knowledge.complaints import complaint
from knowledge.entry import Entry
from knowledge.files import line_of


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where an editor finds it; `line` is 0 where the whole file is meant."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{shown(self.file)}:{self.line}" if self.line else shown(self.file)
        return f"{place}: {self.field}: {self.message}"


def fault(entry: Entry, field: str, name: str, /, found: str = "", **blanks: object) -> Fault:
    """A fault of an entry; `name` is that of a complaint, `found` the words that are wrong."""
    line = line_of(entry.source, field, found)
    return Fault(entry.file, line, field, complaint(name, found=found, **blanks))


def line_of_citing(citing: Citing, article: str) -> int:
    """The line where an entry names an article, or where the row of anything else begins."""
    if citing.kind is CitingKind.ENTRY:
        return line_of(citing.source, "citations", article)
    named = re.compile(rf"^[\s-]*(?:(?:id|key|title): )?{re.escape(citing.id)}:?$")
    lines = Path(citing.file).read_text("utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if named.match(line)), 0)


def shown(file: str) -> str:
    """A path as short as it can be told from where the editor stands."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
