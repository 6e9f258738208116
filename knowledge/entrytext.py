"""An entry as one text: what it is called before anybody checked it, and one field set in it."""

import hashlib
import re
from dataclasses import dataclass

import yaml

from knowledge.entry import EntryId, TopicId
from knowledge.fields import may_nest, parsed

VERSION_LENGTH = 12
"""Signs of a digest that are kept: no two texts of one entry share them."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""Ids and topics are names of files and folders."""
LONGEST_ID = 80
"""Of an id or topic: more would be too long for the name of a file, or for an index."""
_FENCE = "---\n"


@dataclass(frozen=True, slots=True)
class Head:
    """What a text says it is; empty where it does not say, or not in a way that could be used."""

    id: EntryId
    topic: TopicId
    title: str


def digest_of(text: str) -> str:
    """The whole digest, for whoever agrees to a text: nobody can write another one that has it."""
    return hashlib.sha256(text.encode()).hexdigest()


def version_of(text: str) -> str:
    """The digest by which a text is known, as `Entry.version`. Somebody who tries for a minute
    can write two texts of one version."""
    return digest_of(text)[:VERSION_LENGTH]


def cleaned(text: str) -> str:
    """The text as files and databases keep it: one kind of line ends, one at the very end."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").removeprefix("\ufeff")
    return whole.encode("utf-8", "replace").decode("utf-8").rstrip() + "\n"


def may_be_parsed(front: str) -> bool:
    """Whether a head is harmless to parse, whatever it says."""
    return not may_nest(front)


def head_of(text: str) -> Head:
    """The head of a text that may be anything; raises nothing."""
    try:
        given = parsed(_front(text))
    except (yaml.YAMLError, ValueError):
        given = None
    fields = given if isinstance(given, dict) else {}
    title = fields.get("title")
    return Head(
        EntryId(_name(fields.get("id"))),
        TopicId(_name(fields.get("topic"))),
        title.strip() if isinstance(title, str) else "",
    )


def with_field(text: str, name: str, value: str) -> str:
    """The text with a field of its head set to one word or name; all else stays as it is.

    Raises ValueError where the text has no head that could be read.
    """
    front, body = _split(text)
    try:
        node = yaml.compose(front, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError("no head") from error
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("no head")
    line = f"{name}: {_scalar(value)}".rstrip()
    for key, old in node.value:
        if key.value == name:
            begin, end = key.start_mark.index, old.end_mark.index
            after = "\n" if front[begin:end].endswith("\n") else ""
            front = front[:begin] + line + after + front[end:]
            break
    else:
        front = f"{front.rstrip()}\n{line}\n"
    return f"{_FENCE}{front}{_FENCE}{body}"


def _split(text: str) -> tuple[str, str]:
    """The head, and all after it. Raises ValueError."""
    before, _, rest = text.partition(_FENCE)
    front, fence, body = rest.partition(_FENCE)
    if before or not fence or not may_be_parsed(front):
        raise ValueError("no head")
    return front, body


def _front(text: str) -> str:
    return _split(text)[0]


def _scalar(value: str) -> str:
    """YAML for a value: as it is where that reads back as the same text, else quoted."""
    if not value:
        return ""
    try:
        plain = parsed(f"x: {value}\n") == {"x": value}
    except yaml.YAMLError:
        plain = False
    if plain and "\n" not in value:
        return value
    return yaml.safe_dump(value, allow_unicode=True, default_style='"', width=10_000).strip()


def _name(value: object) -> str:
    is_name = isinstance(value, str) and len(value) <= LONGEST_ID and _ID.fullmatch(value)
    return str(value) if is_name else ""
