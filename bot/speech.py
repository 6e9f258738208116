"""What the terminal says to operators, by name; the words are in operator.yaml."""

from functools import cache
from pathlib import Path
from typing import Any

from knowledge.files import read_yaml


def say(name: str, /, **blanks: object) -> str:
    """A sentence with its blanks filled. Raises KeyError for an unknown name."""
    return str(_sentences()[name]).format(**blanks)


def refusal(code: str) -> str:
    """What a refusal of the platform means for an operator, and what to do."""
    table = _sentences()["refusals"]
    return str(table.get(code, table["other"]))


@cache
def _sentences() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("operator.yaml"))
