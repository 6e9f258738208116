"""What editors hold answers to: plain words, promises, local names, and the plan."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.checks.coverage import Row, read_plan
from knowledge.complaints import complaint
from knowledge.errors import ContentError
from knowledge.files import read_yaml


@dataclass(frozen=True, slots=True)
class Rules:
    """The lists of content/lexicon that answers are held against, and the plan.

    `plain` has for every hard word the plain one to use; `promises` and `local` match what an
    answer must not say. `content` is the folder that they were read from.
    """

    plain: Mapping[str, str]
    promises: re.Pattern[str]
    local: re.Pattern[str]
    plan: Mapping[str, Row]
    content: Path

    @classmethod
    def read(cls, content: Path) -> "Rules":
        """Reads the lists of a content folder. Raises ContentError."""
        lexicon = content / "lexicon"
        return cls(
            plain={str(hard): str(plain) for hard, plain in _list(lexicon / "plain.yaml").items()},
            promises=_pattern(lexicon / "promises.yaml"),
            local=_pattern(lexicon / "local.yaml"),
            plan=read_plan(content / "plan.yaml"),
            content=content,
        )


def _list(path: Path) -> Mapping[str, object]:
    given = read_yaml(path).get("plain")
    if not isinstance(given, dict):
        raise ContentError(path, "plain", complaint("not_rows"))
    return given


def _pattern(path: Path) -> re.Pattern[str]:
    given = read_yaml(path).get("patterns")
    if not isinstance(given, list) or not given:
        raise ContentError(path, "patterns", complaint("missing_field"))
    try:
        return re.compile("|".join(f"(?:{pattern})" for pattern in given))
    except re.error as error:
        raise ContentError(path, "patterns", complaint("not_a_pattern", error=error)) from None
