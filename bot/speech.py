"""What the terminal says to operators, by name; the words are in operator.yaml."""

from functools import cache
from pathlib import Path

from knowledge.files import read_yaml


def say(name: str, /, **blanks: object) -> str:
    """A sentence with its blanks filled. Raises KeyError for an unknown name."""
    return str(_sentences()[name]).format(**blanks)


@cache
def _sentences() -> dict[str, str]:
    return read_yaml(Path(__file__).with_name("operator.yaml"))
