"""The official account of the stories that share one running service."""

from tests.fake_wechat import FakePlatform, random_aes_key

TOKEN = "token4tests"
AES_KEY, PREVIOUS = random_aes_key(), random_aes_key()
UNANSWERABLE = "我家地里的界石让邻居挪了两米，村里没人管"


def settings_of(platform: FakePlatform) -> dict[str, str]:
    """Two web processes that know the account, and the key it had before."""
    return platform.settings() | {
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_ENCODING_AES_KEY": AES_KEY,
        "WECHAT_PREVIOUS_ENCODING_AES_KEY": PREVIOUS,
        "WEB_WORKERS": "2",
    }


def case_number(text: str | None) -> str:
    """The number that a reply tells."""
    assert text is not None
    return next(
        word for word in text.replace("编号", " ").replace("。", " ").split() if word.isdigit()
    )
