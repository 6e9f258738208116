"""Every cited law is registered and in force over all the days the entry answers for."""

import re
from collections.abc import Iterator
from itertools import groupby

from knowledge.checks.fault import Fault, fault
from knowledge.entry import Citation, Entry
from knowledge.library import Library

_ARTICLE = re.compile(r"第[一二三四五六七八九十百千零]+条(之[一二三四五六七八九十]+)?")


def faults(entry: Entry, library: Library) -> Iterator[Fault]:
    """What is wrong with the citations of an entry."""
    seen: set[Citation] = set()
    for cited in entry.citations:
        if cited in seen:
            yield fault(entry, "citations", "cited_twice", cited.article, law=cited.law)
        seen.add(cited)
        if not _ARTICLE.fullmatch(cited.article):
            yield fault(entry, "citations", "not_an_article", cited.article)
    laws = [law for law, _ in groupby(entry.citations, key=lambda cited: cited.law)]
    for law in {law for law in laws if laws.count(law) > 1}:
        yield fault(entry, "citations", "law_torn_apart", law)
    yield from _out_of_force(entry, library)


def _out_of_force(entry: Entry, library: Library) -> Iterator[Fault]:
    last = entry.valid_until or entry.review_by
    for law in dict.fromkeys(cited.law for cited in entry.citations):
        if not library.register.versions(law):
            yield fault(entry, "citations", "law_unknown", law)
            continue
        for day in dict.fromkeys((entry.valid_from, last)):
            if library.register.in_force(law, day) is None:
                yield fault(entry, "citations", "law_not_in_force", law, day=day)
