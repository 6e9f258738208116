"""Logs say what happened, never what was said."""

import io
import json
import logging

from config.logs import JsonLines


def logged(action: object) -> dict[str, object]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("test_logs")
    log.handlers, log.propagate = [handler], False
    assert callable(action)
    action(log)
    line = json.loads(stream.getvalue())
    assert isinstance(line, dict)
    return line


def test_fields_stand_beside_the_event() -> None:
    line = logged(lambda log: log.warning("delivery_tried", extra={"delivery": 7}))
    assert (line["event"], line["delivery"], line["level"]) == ("delivery_tried", 7, "WARNING")


def test_an_error_tells_its_kind_and_place_but_not_its_words() -> None:
    def fail(log: logging.Logger) -> None:
        try:
            raise ValueError("他打我")
        except ValueError:
            log.exception("matching_failed")

    line = logged(fail)
    assert line["error"] == "ValueError"
    assert "test_logs.py" in str(line["where"])
    assert "他打我" not in json.dumps(line, ensure_ascii=False)
