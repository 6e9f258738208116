"""Numbers that can be tapped."""

import pytest

from bot.web.dialling import dialable

HOTLINES = {"110", "12348"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("打110。", '打<a href="tel:110">110</a>。'),
        (
            "12348或0435-1234567",
            '<a href="tel:12348">12348</a>或<a href="tel:0435-1234567">0435-1234567</a>',
        ),
        ("赔1100元，共12348.50元", "赔1100元，共12348.50元"),
        ("2026-11-10", "2026-11-10"),
        ("<110>", '&lt;<a href="tel:110">110</a>&gt;'),
        ("打119", "打119"),
    ],
)
def test_only_numbers_that_are_known_are_links(text: str, shown: str) -> None:
    assert str(dialable(text, HOTLINES)) == shown
