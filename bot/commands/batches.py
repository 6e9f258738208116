"""`--batch IN --out OUT`: one line of JSON out for each line in, in the same order."""

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any


def in_batch(batch: Path, out: Path | None, answer: Callable[[str], dict[str, Any]]) -> None:
    """Answers the text of every line (`text`, or `query`), with its id.

    A bad line gives its error and the rest goes on. Without `out` the lines go to stdout.
    """
    with ExitStack() as stack:
        lines = stack.enter_context(batch.open(encoding="utf-8"))
        target = stack.enter_context(out.open("w", encoding="utf-8")) if out else sys.stdout
        for line in lines:
            if line.strip():
                target.write(json.dumps(_one_line(line, answer), ensure_ascii=False) + "\n")


def _one_line(line: str, answer: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except json.JSONDecodeError:
        return {"id": None, "error": "not JSON"}
    if not isinstance(given, dict):
        return {"id": None, "error": "needs id and text"}
    text = given.get("text", given.get("query"))
    if not isinstance(text, str):
        return {"id": given.get("id"), "error": "needs id and text"}
    return {"id": given.get("id")} | answer(text)
