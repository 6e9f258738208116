"""The fake platform: a real HTTP server in a thread, with its switches and its memory."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Self

from tests.fake_wechat import api, control
from tests.fake_wechat.account import Account, Limits
from tests.fake_wechat.clock import Clock, wall_clock
from tests.fake_wechat.extras import FILMS
from tests.fake_wechat.faults import Fault
from tests.fake_wechat.followers import Touch
from tests.fake_wechat.record import LoggedRequest, Shown, Via
from tests.fake_wechat.state import PlatformState
from tests.fake_wechat.web import WebServer
from tests.fake_wechat.webhook import Mode, Webhook


class FakePlatform:
    """`with FakePlatform() as platform:` serves on `platform.url` until the block ends.

    Stop and start keep the address and the memory. `clock` returns aware datetimes; the
    windows and tokens live by it, moved on by `shift`. With `control_port` (0 for any) a
    second server offers the switches to other processes, at `control_url`.
    """

    def __init__(
        self,
        account: Account | None = None,
        limits: Limits | None = None,
        *,
        clock: Clock = wall_clock,
        host: str = "127.0.0.1",
        port: int = 0,
        control_port: int | None = None,
    ) -> None:
        self.state = PlatformState(account or Account(), limits or Limits(), clock)
        self._api = WebServer(lambda request: api.serve(self.state, request), host, port)
        self._control: WebServer | None = None
        if control_port is not None:
            switches = control.Switches(self)
            self._control = WebServer(switches, host, control_port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._control is not None:
            self._control.stop()

    @property
    def account(self) -> Account:
        return self.state.account

    @property
    def url(self) -> str:
        """What stands for https://api.weixin.qq.com, without a final slash."""
        return self._api.url

    @property
    def control_url(self) -> str:
        if self._control is None:
            reason = "this platform was made without a control port"
            raise RuntimeError(reason)
        return self._control.url

    def start(self) -> None:
        self._api.start()
        if self._control is not None:
            self._control.start()

    def stop(self) -> None:
        """Refuse connections from now on and cut those still open; the switches stay."""
        self._api.stop()

    def settings(self) -> dict[str, str]:
        """The service's settings that name this account and this platform."""
        return {
            "WECHAT_APP_ID": self.account.app_id,
            "WECHAT_APP_SECRET": self.account.app_secret,
            "WECHAT_ORIGINAL_ID": self.account.original_id,
            "WECHAT_ACCOUNT_KIND": str(self.account.kind),
            "WECHAT_API_BASE_URL": self.url,
        }

    def webhook(
        self, url: str, token: str, mode: Mode = Mode.PLAIN, encoding_aes_key: str = ""
    ) -> Webhook:
        """This account's webhook at a service's address, to give to a `Resident`."""
        account = self.account
        return Webhook(url, token, account.app_id, account.original_id, mode, encoding_aes_key)

    def now(self) -> datetime:
        return self.state.clock()

    def shift(self, by: timedelta) -> None:
        self.state.clock.shift(by)

    def touch(self, openid: str, touch: Touch) -> None:
        self.state.followers.touch(openid, touch)

    def show(self, openid: str, via: Via, kind: str, text: str) -> None:
        self.state.show(openid, via, kind, text)

    def seen(self, openid: str) -> tuple[Shown, ...]:
        return self.state.record.shown(openid)

    def messages(self, openid: str | None = None) -> tuple[Shown, ...]:
        by_api = {Via.PUSH, Via.NOTICE}
        return tuple(shown for shown in self.state.record.shown(openid) if shown.via in by_api)

    def requests(self, path: str | None = None) -> tuple[LoggedRequest, ...]:
        return self.state.record.requests(path)

    def fault(self, path: str, fault: Fault) -> None:
        self.state.faults.on(path, fault)

    def clear_faults(self, path: str | None = None) -> None:
        self.state.faults.clear(path)

    def revoke_tokens(self) -> None:
        self.state.tokens.revoke_all()

    def grant_notices(self, openid: str, times: int) -> None:
        self.state.followers.grant(openid, times)

    def keep_media(self, content: bytes, content_type: str) -> str:
        """What a user's voice or picture leaves at the platform; returns its media id."""
        return self.state.media.keep(content, content_type)

    def keep_film(self, content: bytes, at: str = "") -> str:
        """A film, for which the platform gives an address in place of the content."""
        return self.state.media.keep(content, "video/mp4", at or f"{self.url}{FILMS}")

    @property
    def menu(self) -> Mapping[str, object] | None:
        """The menu the service pushed last."""
        return self.state.menu.current
