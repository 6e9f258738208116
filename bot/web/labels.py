"""The words that pages have for codes, read from templates/labels.yaml and the danger lexicon."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.files import read_yaml
from knowledge.library import CONTENT

_LABELS = Path(__file__).parent / "templates" / "labels.yaml"
_DANGER = CONTENT / "lexicon" / "danger.yaml"


@dataclass(frozen=True, slots=True)
class Labels:
    """Words by group and code."""

    groups: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls, labels: Path = _LABELS, danger: Path = _DANGER) -> "Labels":
        """Reads both files; a kind of danger is called what its reviewers call it."""
        groups: dict[str, dict[str, str]] = read_yaml(labels)
        dangers = {kind["id"]: kind["name"] for kind in read_yaml(danger)["kinds"]}
        return cls({**groups, "reason": {**groups["reason"], **dangers}})

    def say(self, group: str, code: str, **blanks: object) -> str:
        """The words for a code. An unknown code is shown as it is: a page never fails for it."""
        words = self.groups.get(group, {}).get(code)
        return code if words is None else words.format(**blanks)


@cache
def page_labels() -> Labels:
    """The labels of this process, read once."""
    return Labels.read()
