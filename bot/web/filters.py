"""How pages write what is no word: days, titles of laws, numbers that can be dialled."""

from datetime import date
from urllib.parse import urlsplit

from flask import Blueprint
from markupsafe import Markup

from bot.services import Services
from bot.web.dialling import dialable
from bot.web.labels import page_labels
from bot.web.lawlinks import Links, short_number
from handlers.articles import version_told
from knowledge.statutes.register import LawVersion, everyday_name


def add_filters(pages: Blueprint, services: Services) -> None:
    """Adds them for every template of the application, and `links` to residents' pages of law."""

    def dial(text: str) -> Markup:
        return dialable(text, services.library.filler.locality.hotlines)

    def told(version: LawVersion) -> str:
        return version_told(services.wording, version)

    pages.add_app_template_filter(dial, "dial")
    pages.add_app_template_filter(told, "told")
    pages.add_app_template_filter(_written, "day")
    pages.add_app_template_filter(_host, "host")
    pages.add_app_template_filter(everyday_name, "everyday")
    pages.add_app_template_filter(short_number, "short_number")
    pages.app_context_processor(lambda: {"links": Links()})


def _written(day: date) -> str:
    return page_labels().say("day", "written", day=day)


def _host(address: str) -> str:
    return urlsplit(address).hostname or address
