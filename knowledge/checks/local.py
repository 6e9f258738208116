"""No local fact without a blank, and no blank that nobody can fill."""

import re
from collections.abc import Iterator

from knowledge.blanks import blanks_in, without_blanks
from knowledge.checks.fault import Fault, fault
from knowledge.checks.rules import Rules
from knowledge.entry import Entry
from knowledge.library import Library
from knowledge.prose import parts_of

_NUMBER = re.compile(
    r"(?<![\d.])(0\d{2,3}-?\d{7,8}|1[3-9]\d{9}|[48]00-?\d{3}-?\d{4}|1\d{2}|1[12]\d{3}|9\d{4})(?![\d.%元天日个年月倍岁块万])"
)
"""Telephone numbers: with an area code, of a mobile, of a service, three or five digits."""


def faults(entry: Entry, library: Library, rules: Rules) -> Iterator[Fault]:
    """Numbers, addresses and names of a place, unknown blanks, and a list of places that lies."""
    used: dict[str, None] = {}
    hotlines = library.filler.locality.hotlines
    for field, text in (("title", entry.title), *parts_of(entry)):
        for blank in blanks_in(text):
            used[blank.written] = None
            if not library.filler.knows(blank):
                yield fault(entry, field, "unknown_blank", "{" + blank.written + "}")
        own = without_blanks(text)
        for found in _NUMBER.finditer(own):
            if found.group() not in hotlines:
                yield fault(entry, field, "bare_number", found.group())
        for found in rules.local.finditer(own):
            yield fault(entry, field, "bare_local_fact", found.group())
    for missing in used.keys() - set(entry.places):
        yield fault(entry, "places", "place_not_listed", missing)
    for idle in set(entry.places) - used.keys():
        yield fault(entry, "places", "place_not_used", idle)
