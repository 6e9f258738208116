"""How a new entry begins: its id, chosen or counted, and what is written in it already."""

import re

from bot.web.editing.room import Workroom, topics
from handlers.errors import BadInput
from knowledge.entry import EntryId, Status
from knowledge.entryfile import EntryForm, written

OTHER = "qita"
"""The second part of an id that is counted: whoever names a topic alone names no subtopic."""
_ID = re.compile(r"[a-z0-9]+-[a-z0-9]+-[0-9]{2}")


def chosen_id(room: Workroom, typed: str, topic: str) -> EntryId:
    """The id that was typed, else the next one of a topic.

    Raises BadInput("id") or ("topic"): an id is for good, so a wrong one is told at once.
    """
    name = typed.strip().lower()
    if not name and topic in topics():
        return _next_of(room, topic)
    if not _ID.fullmatch(name):
        raise BadInput("id")
    if name.partition("-")[0] not in topics():
        raise BadInput("topic")
    return EntryId(name)


def blank_text(room: Workroom, name: EntryId) -> str:
    """The text that a new entry begins with; what the plan asks stands in it as title."""
    today = room.services.day().isoformat()
    topic, subtopic, _ = name.split("-", 2)
    planned = room.bench().rules.plan.get(name)
    form = EntryForm(
        id=name,
        topic=topic,
        subtopic=subtopic,
        title=planned.title if planned else "",
        status=str(Status.PUBLISHED),
        drafted_on=today,
        valid_from=today,
    )
    return written(form)


def _next_of(room: Workroom, topic: str) -> EntryId:
    """The first number that no entry, plan or draft has. Raises BadInput("id") after the last."""
    bench = room.bench()
    taken = {*bench.library.entries, *bench.rules.plan}
    taken |= {one.entry for one in room.curator.open_revisions()}
    names = (EntryId(f"{topic}-{OTHER}-{number:02}") for number in range(1, 100))
    free = next((name for name in names if name not in taken), None)
    if free is None:
        raise BadInput("id")
    return free
