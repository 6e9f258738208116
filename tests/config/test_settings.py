"""Settings: every fault at once, by name, and no secret in any of it."""

from pathlib import Path

import pytest

from config.settings import AccountKind, MessageMode, Settings, SettingsError, read_settings

AES_KEY = "a" * 43


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No .env but what a test writes."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def given(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Settings:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def faults(monkeypatch: pytest.MonkeyPatch, **settings: str) -> str:
    with pytest.raises(SettingsError) as error:
        given(monkeypatch, **settings)
    return str(error.value)


def test_nothing_need_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = given(monkeypatch)
    assert settings.database == f"sqlite:///{tmp_path}/var/faxiaomei.sqlite3"
    assert settings.wechat_message_modes == frozenset(MessageMode)


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = faults(monkeypatch, PORT="0", TIMEZONE="Mars/Base", SECRET_KEY="short", WECHAT_TOKN="x")
    for name in ("PORT", "TIMEZONE", "SECRET_KEY", "WECHAT_TOKN"):
        assert name in told


def test_a_fault_does_not_show_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "swordfish" not in faults(monkeypatch, SECRET_KEY="swordfish")


def test_the_environment_stands_above_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=8001\nHOST=0.0.0.0\n", "utf-8")
    settings = given(monkeypatch, PORT="8002")
    assert (settings.port, settings.host) == (8002, "0.0.0.0")  # noqa: S104


def test_modes_are_a_list_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, WECHAT_MESSAGE_MODES="safe, compatible")
    assert settings.wechat_message_modes == {MessageMode.SAFE, MessageMode.COMPATIBLE}


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"WECHAT_ENCODING_AES_KEY": "short"}, "WECHAT_ENCODING_AES_KEY"),
        ({"WECHAT_ENCODING_AES_KEY": AES_KEY}, "WECHAT_APP_ID"),
        ({"WECHAT_MESSAGE_MODES": "safe"}, "WECHAT_ENCODING_AES_KEY"),
        ({"WECHAT_MESSAGE_MODES": "plain,open"}, "WECHAT_MESSAGE_MODES"),
    ],
)
def test_half_a_wechat_set_up_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], name: str
) -> None:
    assert name in faults(monkeypatch, WECHAT_TOKEN="token", **settings)


@pytest.mark.parametrize("blank", ["", "  "])
@pytest.mark.parametrize(
    "name",
    [
        "WECHAT_TOKEN",
        "WECHAT_APP_SECRET",
        "WECHAT_ENCODING_AES_KEY",
        "WECHAT_PREVIOUS_ENCODING_AES_KEY",
        "REDIS_URL",
    ],
)
def test_a_name_with_nothing_behind_it_sets_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str, blank: str
) -> None:
    """An empty token would let in whoever can compute the digest of a time and a number."""
    assert getattr(given(monkeypatch, **{name: blank}), name.lower()) is None


@pytest.mark.parametrize("key", ["short", "a" * 42 + "!", "é" * 43, "a" * 43 + "a"])
@pytest.mark.parametrize("name", ["WECHAT_ENCODING_AES_KEY", "WECHAT_PREVIOUS_ENCODING_AES_KEY"])
def test_a_key_that_is_none_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, key: str
) -> None:
    told = faults(monkeypatch, WECHAT_TOKEN="token", WECHAT_APP_ID="wx1", **{name: key})
    assert name in told
    assert key not in told


@pytest.mark.parametrize("name", ["PUBLIC_BASE_URL", "WECHAT_API_BASE_URL"])
@pytest.mark.parametrize("address", ["https://x:99999", "https://[::1", "https://x:port"])
def test_an_address_that_nobody_can_call_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    assert name in faults(monkeypatch, **{name: address})


@pytest.mark.parametrize(
    "address",
    ["", "swordfish", "mysql://u:swordfish@h/d", "postgresql://u:swordfish@h:port/d", "sqlite://"],
)
def test_a_database_that_cannot_be_is_told_by_name_and_without_its_password(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    told = faults(monkeypatch, DATABASE_URL=address)
    assert "DATABASE_URL" in told
    assert "swordfish" not in told


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:////srv/a:b/file.sqlite3",
        "postgresql:///local?host=/run/postgresql",
        "postgres://u:p@[::1]:5433/d",
        "postgresql+psycopg://u:p%40@h/d",
    ],
)
def test_databases_of_both_kinds_are_taken(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert given(monkeypatch, DATABASE_URL=address).database == address


def test_only_verified_accounts_may_push() -> None:
    assert [kind for kind in AccountKind if kind.may_push] == [
        AccountKind.SERVICE_VERIFIED,
        AccountKind.SUBSCRIPTION_VERIFIED,
    ]
