"""The platform's API: calls with the shared token, one retry, and no secret in any error.

Plain `requests` instead of wechatpy's client, whose token call has no time limit, whose retry has
no end and whose errors carry the secret (docs/adr/0004-own-platform-client.md).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.wechat.calls import Answer, Fault, Wire
from bot.wechat.errcodes import Act, meaning
from bot.wechat.tokens import PlatformError, Tokens

SEND: Final = "/cgi-bin/message/custom/send"

LAST_START: Final = 45.0
"""Seconds after which a call does not begin any more: whoever asked may hold a lease of a minute,
and a message sent after its end is sent twice."""

__all__ = ["Platform", "PlatformError"]


@dataclass(frozen=True, slots=True)
class Platform:
    """Calls the API for one official account. Safe to use from several threads."""

    wire: Wire
    tokens: Tokens

    def send_text(self, openid: str, text: str) -> None:
        """Sends a customer-service text. Raises PlatformError and Unreachable."""
        self.call(SEND, {"touser": openid, "msgtype": "text", "text": {"content": text}})

    def call(self, path: str, content: Mapping[str, object] | None = None) -> Answer:
        """One call (GET without content), and one more with another token if it was refused.

        Raises PlatformError, and Unreachable if the database does not answer: then the call was
        not made, or it was refused.
        """
        began = time.monotonic()
        token = self.tokens.current()
        answer = self.wire.ask(path, content, token)
        if _is_about_the_token(answer):
            token = self.tokens.instead_of(token)
            if time.monotonic() - began > LAST_START:
                raise PlatformError("too_late")
            answer = self.wire.ask(path, content, token)
            if isinstance(answer, Fault) and _is_about_the_token(answer):
                self.tokens.give_up(answer.code)
        if isinstance(answer, Fault):
            raise PlatformError(
                answer.code, surely=answer.surely, until=self.tokens.note(answer.code)
            )
        return answer


def _is_about_the_token(answer: Answer | Fault) -> bool:
    return isinstance(answer, Fault) and meaning(answer.code).act is Act.RENEW
