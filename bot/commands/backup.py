"""`flask backup` and `flask restore`."""

import tomllib
from pathlib import Path

import click

from bot.services import Services
from bot.speech import say
from bot.storage.archive import BadBackup, LaterBackup, Manifest
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

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def backup_commands(services: Services) -> tuple[click.Command, ...]:
    """The commands over these services."""

    @click.command("backup")
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    def backup(file: Path) -> None:
        """Writes everything that is kept into a new FILE, while the service runs."""
        keys = _set_keys(services.settings)
        try:
            manifest = back_up(services.store.engine, file, _version(), keys)
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

    @click.command("restore")
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
    @click.option("--check", "only_check", is_flag=True, help="Only reads and compares the file.")
    def restore_command(file: Path, only_check: bool) -> None:  # noqa: FBT001  click's way
        """Fills an empty database from FILE; all of it or nothing."""
        try:
            manifest = check(file) if only_check else restore(services.store.engine, file)
        except NotEmpty:
            raise click.ClickException(say("not_empty")) from None
        except LaterBackup:
            raise click.ClickException(say("newer_backup")) from None
        except BadBackup as error:
            raise click.ClickException(say("bad_backup", where=error.where)) from None
        except Unreachable:
            raise click.ClickException(say("no_database")) from None
        click.echo(say("backup_intact" if only_check else "restored", file=file, **_told(manifest)))
        if missing := sorted(set(manifest.keys) - set(_set_keys(services.settings))):
            click.echo(say("keys_missing", keys="、".join(missing)))

    return backup, restore_command


def _set_keys(settings: Settings) -> tuple[str, ...]:
    return tuple(name for name in KEYS if getattr(settings, name.lower()) is not None)


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
