"""What is counted while the service runs, without a label that could name anybody.

With PROMETHEUS_MULTIPROC_DIR set before Python starts (bot/run.py does it) every process counts
into files of its own there, and `/metrics` adds them up; without it counts stay in the process.
"""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram

from handlers.errors import Unreachable
from handlers.model import Address, Message, Reply
from handlers.ports import Channel, Outcome
from handlers.reception import Reception

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Set by whoever starts the processes; prometheus_client reads it when it is imported."""

FOLDER = "metrics"
"""In DATA_DIR: one folder for each part of the service, in it one file or two a process."""

registry = CollectorRegistry(auto_describe=True)

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
"""Bounds of the histogram: a passive reply leaves within three, the platform hangs up at five."""

_MESSAGES = Counter(
    "faxiaomei_messages",
    "Messages that got a reply, a repeated push each time it came.",
    ("channel", "decision"),
    registry=registry,
)
_REPLY_SECONDS = Histogram(
    "faxiaomei_reply_seconds",
    "From message to reply, storage included.",
    ("channel",),
    buckets=_SECONDS,
    registry=registry,
)
_PUSHES = Counter(
    "faxiaomei_pushes",
    "Answers handed to a channel, by what it said.",
    ("channel", "outcome"),
    registry=registry,
)
_API_ERRORS = Counter(
    "faxiaomei_api_errors",
    "Refusals of the platform, by its error code or the kind of the failure.",
    ("code",),
    registry=registry,
)
_UNREACHABLE = Counter(
    "faxiaomei_database_unreachable",
    "Times that something could not be kept or read because the database did not answer.",
    registry=registry,
)
_RESPONSES = Counter(
    "faxiaomei_responses",
    "Answers to requests, by route and status.",
    ("route", "method", "status"),
    registry=registry,
)


def api_refused(code: str) -> None:
    """Counts one refusal of the platform."""
    _API_ERRORS.labels(code).inc()


def database_was_unreachable() -> None:
    """Counts one piece of work that the database did not answer."""
    _UNREACHABLE.inc()


def responded(route: str, method: str, status: int) -> None:
    """Counts one response; `route` is the rule that matched, never the path that was asked for."""
    _RESPONSES.labels(route, method, str(status)).inc()


class CountedReception(Reception):
    """A reception that counts what it received and how long the reply took."""

    __slots__ = ()

    def receive(self, message: Message) -> Reply:
        """As Reception."""
        channel = str(message.sender.channel)
        began = perf_counter()
        try:
            reply = super().receive(message)
        except Unreachable:
            database_was_unreachable()
            raise
        _REPLY_SECONDS.labels(channel).observe(perf_counter() - began)
        _MESSAGES.labels(channel, str(reply.decision)).inc()
        return reply


@dataclass(frozen=True, slots=True)
class CountedChannel:
    """A channel that counts what became of every push."""

    name: str
    channel: Channel

    @property
    def rationed(self) -> bool:
        """As the channel."""
        return self.channel.rationed

    def push(self, to: Address, text: str) -> Outcome:
        """As the channel."""
        outcome = self.channel.push(to, text)
        _PUSHES.labels(self.name, type(outcome).__name__).inc()
        reason = getattr(outcome, "reason", "")
        if reason and self.channel.rationed:
            api_refused(reason)
        return outcome


def counting_files(folder: Path) -> list[str]:
    """What the processes of this host have counted since they were last started together."""
    return [str(path) for path in sorted(folder.glob("*/*.db"))]
