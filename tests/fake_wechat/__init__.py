"""A fake WeChat platform with its users: the service's tests run against it over HTTP."""

from tests.fake_wechat.account import Account, AccountKind, Limits
from tests.fake_wechat.crypto import random_aes_key
from tests.fake_wechat.delivery import Answer, Patience, RetryStamp, fire
from tests.fake_wechat.faults import (
    ANY_PATH,
    MEDIA,
    PLAIN_TOKEN,
    SEND,
    STABLE_TOKEN,
    TYPING,
    Fault,
    FaultKind,
    bad_gateway,
    busy,
    cut,
    hang,
    html_page,
    lost_answer,
    refusing,
    reset,
    slow,
)
from tests.fake_wechat.followers import Touch
from tests.fake_wechat.platform import FakePlatform
from tests.fake_wechat.record import LoggedRequest, Shown, Via
from tests.fake_wechat.remote import RemotePlatform
from tests.fake_wechat.reply import FAULT_NOTICE, ServiceFault, read_reply
from tests.fake_wechat.state import PlatformSide
from tests.fake_wechat.user import Outcome, Resident
from tests.fake_wechat.webhook import Mode, Parcel, Push, Webhook, wrap

__all__ = [
    "ANY_PATH",
    "FAULT_NOTICE",
    "MEDIA",
    "PLAIN_TOKEN",
    "SEND",
    "STABLE_TOKEN",
    "TYPING",
    "Account",
    "AccountKind",
    "Answer",
    "FakePlatform",
    "Fault",
    "FaultKind",
    "Limits",
    "LoggedRequest",
    "Mode",
    "Outcome",
    "Parcel",
    "Patience",
    "PlatformSide",
    "Push",
    "RemotePlatform",
    "Resident",
    "RetryStamp",
    "ServiceFault",
    "Shown",
    "Touch",
    "Via",
    "Webhook",
    "bad_gateway",
    "busy",
    "cut",
    "fire",
    "hang",
    "html_page",
    "lost_answer",
    "random_aes_key",
    "read_reply",
    "refusing",
    "reset",
    "slow",
    "wrap",
]
