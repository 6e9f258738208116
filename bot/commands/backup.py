"""`flask backup` and `flask restore`."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import click

from bot.services import Services
from bot.speech import say
from bot.storage.archive import BadBackup, LaterBackup, Manifest, is_marked, key_mark
from bot.storage.backup import NotCurrent, NotEmpty, back_up, check, restore
from config.settings import Settings
from handlers.errors import Unreachable

KEYS = (
    "SECRET_KEY",
    "PERSONAL_DATA_KEY",
    "WECHAT_TOKEN",
    "WECHAT_APP_SECRET",
    "WECHAT_ENCODING_AES_KEY",
)
"""Without the first, residents of the chat page do not find their conversation again; without the
second, encrypted fields stay closed; the others can be had from the platform."""

_OURS = ("SECRET_KEY", "PERSONAL_DATA_KEY")
"""With others than these some of what is kept is lost. Found after a start, that would be a mixture
of both: so a restore with others is refused until somebody says that it is meant."""

_GUESSABLE_BELOW = 32
"""Characters of a secret that may be too short to be marked: WECHAT_TOKEN has three at least."""

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def backup_commands(services: Services) -> tuple[click.Command, ...]:
    """The commands over these services."""

    @click.command("backup")
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    def backup(file: Path) -> None:
        """Writes everything that is kept into a new FILE, while the service runs."""
        _back_up(services, file)

    @click.command("restore")
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
    @click.option("--check", "only_check", is_flag=True, help="Only reads and compares the file.")
    @click.option("--other-keys", is_flag=True, help="Restores even if keys are not those of then.")
    def restore_command(file: Path, only_check: bool, other_keys: bool) -> None:  # noqa: FBT001  click's way
        """Fills an empty database from FILE; all of it or nothing."""
        with _told_in_words():
            manifest = check(file)
            keys = _Keys.compared(manifest, services.settings)
            if not only_check:
                if keys.lost and not other_keys:
                    costs = keys.costs(manifest)
                    raise click.ClickException(say("other_keys", costs=costs, file=file))
                restore(services.store.engine, file, manifest)
        click.echo(say("backup_intact" if only_check else "restored", file=file, **_told(manifest)))
        for line in keys.remarks(manifest):
            click.echo(line)

    return backup, restore_command


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of then and those of now, by name."""

    missing: tuple[str, ...]
    differing: tuple[str, ...]
    unmarked: tuple[str, ...]

    @classmethod
    def compared(cls, manifest: Manifest, settings: Settings) -> Self:
        """Takes a third of a second for each key that has a mark."""
        now = _secrets(settings)
        same = {
            name: None if mark is None else is_marked(now[name], mark)
            for name, mark in manifest.keys.items()
            if name in now
        }
        return cls(
            missing=tuple(sorted(manifest.keys - now.keys())),
            differing=tuple(name for name, is_same in same.items() if is_same is False),
            unmarked=tuple(name for name in _OURS if name in same and same[name] is None),
        )

    @property
    def lost(self) -> bool:
        """Whether something that is kept will be of no use."""
        return not set(_OURS).isdisjoint(self.differing)

    def costs(self, manifest: Manifest) -> str:
        """What will not work with keys that are not those of then, a line each."""
        sealed = manifest.counts.get("attachment_contents", 0)
        return "\n".join(
            say(f"other_{name.lower()}" if name in _OURS else "other_of_platform", **blanks)
            for name in self.differing
            for blanks in ({"name": name, "sealed": sealed},)
        )

    def remarks(self, manifest: Manifest) -> Iterator[str]:
        """What is to be said when everything went well."""
        if self.differing:
            yield say("keys_differ", costs=self.costs(manifest))
        if self.missing:
            yield say("keys_missing", keys="、".join(self.missing))
        if self.unmarked:
            yield say("keys_unmarked", keys="、".join(self.unmarked))


def _back_up(services: Services, file: Path) -> None:
    try:
        manifest = back_up(services.store.engine, file, _version(), _marked(services.settings))
    except FileExistsError:
        raise click.ClickException(say("backup_exists", file=file)) from None
    except NotCurrent:
        raise click.ClickException(say("not_migrated")) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise click.ClickException(say("backup_failed", reason=reason)) from None
    except Unreachable:
        raise click.ClickException(say("no_database")) from None
    click.echo(say("backed_up", file=file, **_told(manifest)))


@contextmanager
def _told_in_words() -> Iterator[None]:
    try:
        yield
    except NotEmpty:
        raise click.ClickException(say("not_empty")) from None
    except LaterBackup:
        raise click.ClickException(say("newer_backup")) from None
    except BadBackup as error:
        raise click.ClickException(say("bad_backup", where=error.where)) from None
    except Unreachable:
        raise click.ClickException(say("no_database")) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise click.ClickException(say("restore_failed", reason=reason)) from None


def _secrets(settings: Settings) -> dict[str, str]:
    """The keys that are set, by name."""
    found = {name: getattr(settings, name.lower()) for name in KEYS}
    return {name: key.get_secret_value() for name, key in found.items() if key is not None}


def _marked(settings: Settings) -> dict[str, str | None]:
    """Every key that is set; those that nobody can guess with their marks."""
    return {
        name: key_mark(secret) if len(secret) >= _GUESSABLE_BELOW else None
        for name, secret in _secrets(settings).items()
    }


def _told(manifest: Manifest) -> dict[str, object]:
    return {
        "made_at": manifest.made_at,
        "revision": manifest.revision,
        "rows": sum(manifest.counts.values()),
        "counts": "  ".join(f"{name} {rows}" for name, rows in manifest.counts.items()),
        "keys": "、".join(manifest.keys) or "-",
    }


def _version() -> str:
    return str(tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["version"])
