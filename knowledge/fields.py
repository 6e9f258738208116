"""The head of an entry's file, read with complaints that name line and field."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from knowledge.complaints import complaint
from knowledge.errors import ContentError

HEADING = re.compile(r"^## +(\S+) *$", re.MULTILINE)
_TOP_FIELD = re.compile(r"^(\w+):", re.MULTILINE)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same loader, ten times as fast where libyaml is there."""
_FRONT_STARTS_AT = 2
"""The line of a file's first field: a line of --- stands before it."""

MOST_NESTING = 1_000
"""Signs that can nest in a head; a real one has some hundred. At tens of thousands the YAML
library overflows the stack and takes the process with it."""
_DEEPEST = 50
"""Levels of lists and mappings in each other; an entry has three."""

Name = TypeVar("Name", bound=StrEnum)


def may_nest(text: str) -> bool:
    """Whether a text has so many signs that can nest that it is not parsed unseen."""
    return sum(text.count(sign) for sign in ("[", "{", "- ", "? ")) > MOST_NESTING


def parsed(text: str) -> object:
    """YAML as plain values. Raises yaml.YAMLError, also for what nests too deeply to be built."""
    if may_nest(text) and _is_deep(text):
        raise yaml.YAMLError("nested too deeply")
    try:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  both loaders are safe ones
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # From the library's own readers: the thirtieth of February, !!bool maybe, !!timestamp x.
        raise yaml.YAMLError(str(error)) from error


def _is_deep(text: str) -> bool:
    """Counts levels from one event to the next, which needs no stack, and stops early."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return True
    return False


@lru_cache(maxsize=8)
def lines_of(text: str) -> Mapping[str, int]:
    """The line of every field of an entry's file, of every item of its list as `field[0]`, and
    of every heading; asked anew with every complaint. Raises yaml.YAMLError."""
    _, front, _ = [*text.split("---\n", 2), "", ""][:3]
    lines = {
        found.group(1): text.count("\n", 0, found.start()) + 1 for found in HEADING.finditer(text)
    }
    node = yaml.compose(front, Loader=_LOADER)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        lines[key.value] = key.start_mark.line + _FRONT_STARTS_AT
        if not isinstance(value, yaml.SequenceNode):
            continue
        for number, item in enumerate(value.value):
            lines[f"{key.value}[{number}]"] = item.start_mark.line + _FRONT_STARTS_AT
    return lines


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one file, `source` being its text.

    A fault is kept in `faults`, and an empty value returned.
    """

    path: Path
    given: Mapping[str, Any]
    source: str
    faults: list[ContentError] = field(default_factory=list)

    def complain(self, name: str, what: str, /, **blanks: object) -> None:
        """Keeps a fault of a field, `what` being its name among the complaints."""
        whole, _, _ = name.partition("[")
        lines = lines_of(self.source)
        line = lines.get(name) or lines.get(whole, 0)
        self.faults.append(ContentError(self.path, whole, complaint(what, **blanks), line))

    def only(self, known: frozenset[str]) -> None:
        """Complains of fields that nobody reads: mostly a slip in the name."""
        for name in self.given:
            if name not in known:
                self.complain(str(name), "unknown_field", known="、".join(sorted(known)))

    def once(self, front: str) -> None:
        """Complains of fields that stand twice: of two the last would win without a word."""
        counts = Counter(_TOP_FIELD.findall(front))
        for name in (name for name, count in counts.items() if count > 1):
            self.complain(name, "doubled_field")

    def text(self, name: str) -> str:
        value = self.given.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.complain(name, "not_text" if name in self.given else "missing_field")
        return ""

    def matching(self, name: str, expected: str) -> str:
        if self.text(name) not in ("", expected):
            self.complain(name, "not_as_the_file", expected=expected)
        return expected

    def texts(self, name: str, *, needed: bool = True) -> tuple[str, ...]:
        """A list of texts; where it is not `needed`, absent or empty means none."""
        values = self.given.get(name)
        if not values and not needed:
            return ()
        if not isinstance(values, list) or not values:
            self.complain(name, "not_a_list" if name in self.given else "missing_field")
            return ()
        for number, value in enumerate(values):
            if not isinstance(value, str) or not value.strip():
                self.complain(f"{name}[{number}]", "item_not_text", item=value)
        return tuple(str(value).strip() for value in values)

    def choice(self, name: str, kind: type[Name], otherwise: Name) -> Name:
        """One name of a fixed list."""
        value = self.text(name)
        if value in list(kind):
            return kind(value)
        self._not_among(name, value, kind)
        return otherwise

    def choices(self, name: str, kind: type[Name]) -> tuple[Name, ...]:
        """Some names of a fixed list, at least one."""
        given = self.texts(name)
        for number, value in enumerate(given):
            if value not in list(kind):
                self._not_among(f"{name}[{number}]", value, kind)
        return tuple(kind(value) for value in given if value in list(kind))

    def day(self, name: str) -> date:
        value = self.given.get(name)
        if isinstance(value, date) and not isinstance(value, datetime):  # they do not compare
            return value
        self.complain(name, "not_a_day" if name in self.given else "missing_field")
        return date.min

    def day_or_none(self, name: str) -> date | None:
        return None if self.given.get(name) is None else self.day(name)

    def mapping(self, name: str, keys: Mapping[str, Name]) -> dict[Name, str]:
        """Texts under keys of a fixed list; absent means none."""
        given = self.given.get(name) or {}
        if not isinstance(given, dict):
            self.complain(name, "not_a_mapping", known="、".join(keys))
            return {}
        for key, value in given.items():
            if key not in keys or not isinstance(value, str) or not value.strip():
                self.complain(name, "bad_facet", key=key, known="、".join(keys))
        return {keys[key]: str(value).strip() for key, value in given.items() if key in keys}

    def rows(self, name: str, columns: tuple[str, str], *, needed: bool) -> list[tuple[str, str]]:
        """A list of pairs, each with exactly these two names."""
        given = self.given.get(name)
        if not given and not needed:
            return []
        if not isinstance(given, list) or not given:
            self.complain(name, "not_a_list" if name in self.given else "missing_field")
            return []
        rows = []
        for number, row in enumerate(given):
            if isinstance(row, dict) and set(row) == set(columns) and all(row.values()):
                rows.append((str(row[columns[0]]), str(row[columns[1]])))
            else:
                self.complain(f"{name}[{number}]", "bad_row", columns=" 和 ".join(columns))
        return rows

    def _not_among(self, name: str, value: str, kind: type[Name]) -> None:
        if value:
            self.complain(name, "not_among", given=value, known="、".join(kind))
