"""Fixtures of tests that talk to a platform, and what all sites of a process share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.storage.backup import back_up
from bot.storage.engine import make_engine
from bot.storage.store import SqlStore
from bot.wechat import calls, inspection
from knowledge.text import Segmenter
from tests.bot.account import settings_of
from tests.bot.backup_examples import NO_MARKS
from tests.bot.storage_examples import exchange, outgoing
from tests.conftest import _fresh_database
from tests.dictionary import LEXICON, segmenter
from tests.fake_wechat import FakePlatform
from tests.running import Running, running


@pytest.fixture(scope="package", autouse=True)
def one_dictionary() -> Iterator[None]:
    """Every site of this process cuts words with one segmenter: half of what a site costs."""
    shared = segmenter()

    def read(lexicon: Path, cache: Path | None = None) -> Segmenter:
        assert lexicon == LEXICON
        if cache is not None:
            cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        return shared

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Segmenter, "read", read)
        yield


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does not answer is left sooner than in earnest; what is done then is the same."""
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 1.5)
    monkeypatch.setattr(inspection, "TIME_LIMITS", (1.5, 1.5))


@pytest.fixture(scope="package")
def platform() -> Iterator[FakePlatform]:
    """The platform of the stories about one account."""
    with FakePlatform() as platform:
        yield platform


@pytest.fixture(scope="package")
def service(platform: FakePlatform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Web and courier over SQLite, for all stories that only need residents of their own."""
    with running(tmp_path_factory.mktemp("service"), **settings_of(platform)) as service:
        yield service


@pytest.fixture(scope="package")
def service_on_postgres(
    platform: FakePlatform,
    postgres_server: str,
    postgres_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """The same over PostgreSQL, tasks included."""
    with _fresh_database(postgres_server, postgres_template) as url:
        settings = settings_of(platform) | {"DATABASE_URL": url}
        with running(tmp_path_factory.mktemp("service"), **settings) as service:
            yield service


@pytest.fixture
def intact(sqlite_store: SqlStore, tmp_path: Path) -> Path:
    """A backup with a few rows."""
    with sqlite_store.write() as records:
        exchange(records)
        outgoing(records)
    back_up(sqlite_store.engine, tmp_path / "intact.backup", "1", NO_MARKS)
    return tmp_path / "intact.backup"


@pytest.fixture(params=["sqlite", "postgresql"])
def nothing_yet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of either engine that is not there, or has no table."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/new/faxiaomei.db"
    else:
        url = request.getfixturevalue("empty_postgres_url")
    engine = make_engine(url)
    yield engine
    engine.dispose()
