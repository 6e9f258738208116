"""Citations as editors type them, spelt out: 民法典 1042 is its full title and 第一千零四十二条."""

from dataclasses import replace

from knowledge.entryfile import EntryForm
from knowledge.statutes.lookup import LookUps


def spelt_out(form: EntryForm, lookups: LookUps) -> EntryForm:
    """The form with official titles and numbers; what nobody knows stays as it was typed."""
    return replace(form, citations=tuple(_spelt_out(*one, lookups) for one in form.citations))


def _spelt_out(law: str, article: str, lookups: LookUps) -> tuple[str, str]:
    law, article = law.strip(), article.strip()
    asked = lookups.named(law, article) if law and article else None
    if asked is None:
        return lookups.names.title(law) or law, article
    return asked.title or law, asked.number
