"""The settings, read once: environment before `.env`, every fault reported by name at once."""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    DirectoryPath,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PLATFORM_API = "https://api.weixin.qq.com"
_OUR_PREFIXES = ("WECHAT_", "RETENTION_")
"""Names with these prefixes can only be meant for us: an unknown one is a typing error."""
_AES_KEY_LENGTH = 43
"""Characters of an EncodingAESKey, as the platform issues it."""
_AES_KEY_BYTES = 32
_DATABASES = re.compile(r"sqlite:///|postgres(ql)?(\+psycopg)?://")


class SettingsError(ValueError):
    """Settings are missing or wrong; `faults` has one line for each, without any value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class MessageMode(StrEnum):
    """How the platform sends messages: in the clear, both ways at once, or encrypted only."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


class AccountKind(StrEnum):
    """What kind of official account it is: it decides what the platform allows."""

    SERVICE_VERIFIED = "service-verified"
    SERVICE = "service"
    SUBSCRIPTION_VERIFIED = "subscription-verified"
    SUBSCRIPTION = "subscription"

    @property
    def may_push(self) -> bool:
        """Whether customer-service messages are allowed: verified accounts only."""
        return self in (AccountKind.SERVICE_VERIFIED, AccountKind.SUBSCRIPTION_VERIFIED)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("no such time zone") from None
    return name


def _address(given: str) -> str:
    """An address that can be called: an impossible port would fail only with the first call."""
    try:
        parts = urlsplit(given)
        whole = not given or (parts.hostname and parts.port != 0)
    except ValueError:
        whole = False
    if not whole:
        raise ValueError("no such address")
    return given


def _aes_key(given: SecretStr | None) -> SecretStr | None:
    if given is None:
        return None
    try:
        key = base64.b64decode(f"{given.get_secret_value()}=", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _AES_KEY_BYTES:
        raise ValueError(f"must be {_AES_KEY_LENGTH} letters and digits, as the platform shows it")
    return given


def _database(given: SecretStr | None) -> SecretStr | None:
    """Whether it can be an address at all: a password in it must not end up in a traceback."""
    if given is None:
        return None
    address = given.get_secret_value()
    try:
        known = _DATABASES.match(address) is not None
        on_a_server = not address.startswith("sqlite")
        # What is no number raises; SQLite has a path there.
        fits = known and not (on_a_server and urlsplit(address).port == 0)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("neither sqlite:///FILE nor postgresql://USER:PASSWORD@HOST/DATABASE")
    return given


_Address = Annotated[str, AfterValidator(_address)]
_AesKey = Annotated[SecretStr | None, AfterValidator(_aes_key)]


class Settings(BaseSettings):
    """How this installation is set up. docs/settings.md explains each."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    web_workers: int = Field(default=2, ge=1, le=64)
    web_threads: int = Field(default=16, ge=1, le=256)
    data_dir: Path = Path("var")
    statute_texts: DirectoryPath | None = None
    secret_key: SecretStr | None = Field(default=None, min_length=32)
    personal_data_key: SecretStr | None = Field(default=None, min_length=32)
    database_url: Annotated[SecretStr | None, AfterValidator(_database)] = None
    redis_url: SecretStr | None = None
    public_base_url: _Address = Field(default="", pattern="^(https?://[^/?#]+)?$")
    metrics_token: SecretStr | None = Field(default=None, min_length=16)
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    locality: str = Field(default="meihekou", pattern="^[a-z][a-z0-9_-]*$")
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    chat_newcomers_per_minute: int = Field(default=120, ge=1, le=100_000)
    searches_per_minute: int = Field(default=600, ge=1, le=100_000)
    staff_session_hours: int = Field(default=10, ge=1, le=72)
    retention_messages_days: int = Field(default=180, ge=30, le=3650)
    retention_cases_days: int = Field(default=1095, ge=180, le=36500)
    retention_residents_days: int = Field(default=1095, ge=180, le=36500)

    wechat_token: SecretStr | None = None
    wechat_app_id: str = ""
    wechat_app_secret: SecretStr | None = None
    wechat_original_id: str = ""
    wechat_encoding_aes_key: _AesKey = None
    wechat_previous_encoding_aes_key: _AesKey = None
    wechat_message_modes: Annotated[frozenset[MessageMode], NoDecode] = frozenset(MessageMode)
    wechat_account_kind: AccountKind = AccountKind.SERVICE_VERIFIED
    wechat_api_base_url: _Address = Field(default=PLATFORM_API, pattern="^https?://")

    @field_validator("wechat_message_modes", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        return frozenset(given.replace(" ", "").split(",")) if isinstance(given, str) else given

    @field_validator(
        "statute_texts",
        "redis_url",
        "wechat_token",
        "wechat_app_secret",
        "wechat_encoding_aes_key",
        "wechat_previous_encoding_aes_key",
        mode="before",
    )
    @classmethod
    def _none_if_blank(cls, given: object) -> object:
        """A name with nothing behind it sets nothing: everybody could sign with an empty token."""
        return (given.strip() or None) if isinstance(given, str) else given

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which residents and staff read times."""
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        """The database's address: SQLite in the data folder unless another is set."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.resolve() / 'faxiaomei.sqlite3'}"

    @model_validator(mode="after")
    def _wechat_is_whole(self) -> Self:
        if self.wechat_token is None:
            return self
        key = self.wechat_encoding_aes_key
        if key is not None and not self.wechat_app_id:
            raise ValueError("WECHAT_APP_ID is needed with WECHAT_ENCODING_AES_KEY")
        if key is None and self.wechat_message_modes == {MessageMode.SAFE}:
            raise ValueError("WECHAT_ENCODING_AES_KEY is needed for the safe mode")
        return self


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises SettingsError with every fault."""
    environment = os.environ if environment is None else environment
    faults = _misspelt(environment)
    try:
        settings = Settings()
    except ValidationError as error:
        faults += [_fault(problem) for problem in error.errors()]
        raise SettingsError(faults) from None
    if faults:
        raise SettingsError(faults)
    return settings


def _misspelt(environment: Mapping[str, str]) -> list[str]:
    known = {name.upper() for name in Settings.model_fields}
    ours = (name for name in environment if name.upper().startswith(_OUR_PREFIXES))
    return [f"{name}: no such setting" for name in sorted(ours) if name.upper() not in known]


def _fault(problem: Mapping[str, object]) -> str:
    """One fault without the value that caused it: it may be a secret."""
    place = problem["loc"]
    name = "_".join(map(str, place)).upper() if isinstance(place, tuple) else ""
    return f"{name or 'WECHAT_*'}: {problem['msg']}"
