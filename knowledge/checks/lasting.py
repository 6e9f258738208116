"""What runs out: reviews, answers, figures and local facts."""

from collections.abc import Iterator
from datetime import date

from knowledge.checks.fault import Fault, fault
from knowledge.complaints import complaint
from knowledge.entry import Entry, Status
from knowledge.library import Library


def faults(entry: Entry, day: date) -> Iterator[Fault]:
    """Reviews that are due and days that cannot be."""
    if entry.status is Status.PUBLISHED and entry.review_by < day:
        yield fault(entry, "review_by", "review_overdue", day=entry.review_by)
    if entry.status is Status.REVIEW_DUE:
        yield fault(entry, "status", "review_marked")
    if entry.valid_until is not None and entry.valid_until < entry.valid_from:
        yield fault(entry, "valid_until", "ends_before_it_begins")
    if entry.status is Status.PUBLISHED and entry.valid_until and entry.valid_until < day:
        yield fault(entry, "valid_until", "answer_expired", day=entry.valid_until)
    if entry.drafted_on > day:
        yield fault(entry, "drafted_on", "drafted_in_future", day=entry.drafted_on)


def local_faults(library: Library, day: date) -> Iterator[Fault]:
    """Figures that have expired, and offices that nobody looked at for half a year."""
    for parameter in library.filler.parameters.by_key.values():
        if parameter.has_expired(day):
            message = complaint("parameter_expired", key=parameter.key)
            yield Fault(parameter.file, 0, parameter.key, message)
    for office in library.filler.locality.offices:
        if not office.is_fresh(day):
            message = complaint("office_stale", name=office.name, day=office.checked_on)
            yield Fault(library.filler.locality.offices_file, 0, office.name, message)
