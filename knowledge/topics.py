"""What residents call the topics of entries, in the order in which pages list them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.entry import TopicId
from knowledge.errors import ContentError
from knowledge.files import read_yaml

_FIELDS = {"id", "name", "about"}


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as pages show it; `about` says what is to be found there."""

    id: TopicId
    name: str
    about: str


def read_topics(path: Path) -> Mapping[TopicId, Topic]:
    """Reads topics.yaml. Raises ContentError naming the row."""
    topics: dict[TopicId, Topic] = {}
    for number, row in enumerate(read_yaml(path).get("topics") or (), start=1):
        where = f"topics[{number}]"
        if not isinstance(row, dict) or set(row) != _FIELDS or not all(row.values()):
            raise ContentError(path, where, f"needs {sorted(_FIELDS)}")
        topic = Topic(TopicId(str(row["id"])), str(row["name"]), str(row["about"]))
        if topic.id in topics:
            raise ContentError(path, where, f"{topic.id} stands here twice")
        topics[topic.id] = topic
    return topics
