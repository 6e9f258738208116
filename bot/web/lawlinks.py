"""Where the pages of law are: addresses of laws, articles and searches."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from knowledge.statutes.numbering import order
from knowledge.statutes.register import everyday_name


@dataclass(frozen=True, slots=True)
class Links:
    """Where articles and searches are found: by path for residents, by words in the console."""

    laws: str = "/laws/"
    by_words: bool = False

    def law(self, title: str, on: date | None = None, page: int = 1) -> str:
        """The page of a law, as in force on a day if one is given."""
        if self.by_words:
            return self.search(everyday_name(title), on)
        query = _query(on=on, page=page if page > 1 else None)
        return f"{self.laws}{quote(title, safe='')}{query}"

    def article(self, title: str, number: str, on: date | None = None) -> str:
        """The page of an article by its canonical number."""
        if self.by_words:
            return self.search(f"{everyday_name(title)}{number}", on)
        return f"{self.laws}{quote(title, safe='')}/{short_number(number)}{_query(on=on)}"

    def search(self, words: str, on: date | None = None, page: int = 1) -> str:
        """A search for words."""
        return f"{self.laws}{_query(q=words, on=on, page=page if page > 1 else None)}"


def short_number(number: str) -> str:
    """An article's number in digits, as it stands in addresses: 1042, 133-1."""
    whole, inserted = order(number)
    return f"{whole}-{inserted}" if inserted else str(whole)


def _query(**given: object) -> str:
    named = {name: str(value) for name, value in given.items() if value is not None}
    return f"?{urlencode(named)}" if named else ""
