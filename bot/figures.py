"""What is counted while the service runs, without a label that could name anybody.

With PROMETHEUS_MULTIPROC_DIR set before Python starts (bot/run.py does it) every process counts
into files of its own there, and `/metrics` adds them up; without it counts stay in the process.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.mmap_dict import MmapedDict

from handlers.errors import Unreachable
from handlers.model import Address, Message, Reply
from handlers.ports import Channel, Outcome
from handlers.reception import Reception

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Set by whoever starts the processes; prometheus_client reads it when it is imported."""

FOLDER = "metrics"
"""In DATA_DIR: one folder for each part of the service, in it one file or two a process."""

RESERVED = 262_144
"""Bytes of each file: some 1,500 figures. Routes, statuses and codes make a third of that."""


class InMemory:
    """What a process counts where no file could be had: `/metrics` does not see it."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, float]] = {}

    def read_value(self, key: str) -> tuple[float, float]:
        """Value and time."""
        return self._kept.setdefault(key, (0.0, 0.0))

    def write_value(self, key: str, value: float, timestamp: float) -> None:
        """Counts on."""
        self._kept[key] = (value, timestamp)

    def close(self) -> None:
        """There is nothing to close."""


def file_of_figures(filename: str) -> MmapedDict | InMemory:
    """A new file whose every byte is on the disk already, or none.

    The library makes files with holes and writes through memory: on a full disk the system kills
    whoever touches a hole, and the web would die with its first new figure, again and again.
    """
    path = Path(filename)
    try:
        if not path.exists():
            path.write_bytes(bytes(RESERVED))
        return MmapedDict(filename)  # type: ignore[no-untyped-call]
    except OSError:
        path.unlink(missing_ok=True)
        return InMemory()


# The library has no door for this.
values.MmapedDict = file_of_figures  # type: ignore[attr-defined, assignment]

registry = CollectorRegistry(auto_describe=True)

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
"""Bounds of the histogram: a passive reply leaves within three, the platform hangs up at five."""

_MESSAGES = Counter(
    "faxiaomei_messages",
    "Messages that were kept and got a reply, each counted once.",
    ("channel", "decision"),
    registry=registry,
)
_REPEATS = Counter(
    "faxiaomei_repeats",
    "What came again, or left when nobody was there: nothing new was kept.",
    ("channel",),
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
_EDITION_FAILURES = Counter(
    "faxiaomei_edition_failures",
    "Times that what staff released could not be given to residents; the edition before stayed.",
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


def edition_failed() -> None:
    """Counts one edition that could not be made."""
    _EDITION_FAILURES.inc()


def responded(route: str, method: str, status: int) -> None:
    """Counts one response; `route` is the rule that matched, never the path that was asked for."""
    _RESPONSES.labels(route, method, str(status)).inc()


_kept_one: ContextVar[bool] = ContextVar("kept_one", default=False)
"""Whether this thread's unit of work has kept a message. It counts once the unit has ended well."""


class CountedReception(Reception):
    """A reception that counts what it received and how long the reply took."""

    __slots__ = ()

    def receive(self, message: Message) -> Reply:
        """As Reception."""
        channel = str(message.sender.channel)
        began = perf_counter()
        _kept_one.set(False)
        try:
            reply = super().receive(message)
        except Unreachable:
            database_was_unreachable()
            raise
        _REPLY_SECONDS.labels(channel).observe(perf_counter() - began)
        if _kept_one.get():
            _MESSAGES.labels(channel, str(reply.decision)).inc()
        else:
            _REPEATS.labels(channel).inc()
        return reply

    def _note_kept(self) -> None:
        _kept_one.set(True)


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
