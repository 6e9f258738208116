"""An article that words name is cited, too: else nobody would see it move."""

from collections.abc import Collection, Iterator
from pathlib import Path

from knowledge.checks.fault import Fault, fault, line_of_citing
from knowledge.citing import of_deadline
from knowledge.complaints import complaint
from knowledge.entry import Citation, Entry
from knowledge.library import Library
from knowledge.prose import parts_of
from knowledge.statutes.mentions import Mention, mentions
from knowledge.statutes.naming import Names

_ENTRIES = "entries"
_NOT_WORDS = frozenset({"citations.lock", "listed.jsonl"})
"""Files that a tool writes."""
_ROWS = frozenset({"deadlines.yaml", "parameters"})
"""Where rows cite by themselves: only comments are left to be read."""


def faults(library: Library, content: Path) -> Iterator[Fault]:
    """Articles that an entry, a deadline, a figure or any other file names without citing them."""
    names = Names.of(library.register)
    for entry in library.entries.values():
        yield from of_entry(entry, names)
    yield from _of_deadlines(library, names)
    yield from _of_figures(library, names)
    everything = {cited for citing in library.citing() for cited in citing.citations}
    for path in sorted(content.rglob("*")):
        if path.is_file():
            for found in _uncited(_words(path, content), names, everything):
                yield Fault(str(path), found.line, "citations", _told(found))


def _words(path: Path, content: Path) -> str:
    """What is left to be read of a file, line for line."""
    folder, *_ = path.relative_to(content).parts
    if folder == _ENTRIES or path.name in _NOT_WORDS:
        return ""
    text = path.read_text("utf-8")
    if folder not in _ROWS:
        return text
    return "\n".join(line if line.lstrip().startswith("#") else "" for line in text.split("\n"))


def of_entry(entry: Entry, names: Names) -> Iterator[Fault]:
    """In a reason a number alone means an article of a law that the entry cites."""
    numbers = {cited.article for cited in entry.citations}
    for field, text in parts_of(entry):
        for found in _uncited(text, names, entry.citations):
            yield fault(entry, field, "named_not_cited", _spelt(found))
    for row in entry.exceptions:
        for found in mentions(row.reason, names):
            known = entry.citations if found.title else numbers
            if (_cited(found) if found.title else found.article) not in known:
                yield fault(entry, "exceptions", "named_not_cited", _spelt(found))


def _of_deadlines(library: Library, names: Names) -> Iterator[Fault]:
    table = library.deadlines
    if table is None:
        return
    for row in table.by_id.values():
        for found in _uncited(f"{row.name}\n{row.starts}\n{row.note}", names, row.citations):
            yield Fault(
                table.file, line_of_citing(of_deadline(table, row), ""), row.id, _told(found)
            )


def _of_figures(library: Library, names: Names) -> Iterator[Fault]:
    for parameter in library.filler.parameters.by_key.values():
        words = "\n".join({parameter.without, *(value.source for value in parameter.values)})
        for found in _uncited(words, names, parameter.citations):
            yield Fault(parameter.file, 0, parameter.key, _told(found))


def _uncited(text: str, names: Names, cited: Collection[Citation]) -> Iterator[Mention]:
    return (one for one in mentions(text, names) if one.title and _cited(one) not in cited)


def _cited(found: Mention) -> Citation:
    return Citation(found.title, found.article)


def _spelt(found: Mention) -> str:
    return f"《{found.title}》{found.article}" if found.title else found.article


def _told(found: Mention) -> str:
    return complaint("named_not_cited", found=_spelt(found))
