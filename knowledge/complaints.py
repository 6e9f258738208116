"""What editors are told of a fault, by name; the words are in content/complaints.yaml."""

from functools import cache
from pathlib import Path

import yaml

_WORDS = Path(__file__).parent / "content" / "complaints.yaml"


def complaint(name: str, /, **blanks: object) -> str:
    """What is wrong and what to do about it. Raises KeyError for an unknown name."""
    return _words()[name].format(**blanks)


@cache
def _words() -> dict[str, str]:
    given = yaml.safe_load(_WORDS.read_text("utf-8"))
    return {name: str(text).strip() for name, text in given.items()}
