"""Settings in, application out."""

import gc
import sys

from flask import Flask

from bot.app import create_app
from bot.bootstrap import build
from bot.speech import say
from config.logs import start_logging
from config.settings import SettingsError, read_settings
from knowledge.errors import ContentError

try:
    settings = read_settings()
except SettingsError as error:
    sys.exit(say("bad_settings", faults=error))

start_logging(settings.log_level)
try:
    services = build(settings)
except ContentError as error:
    sys.exit(say("bad_content", fault=error))
app = create_app(services)


def serving() -> Flask:
    """The application ready for its first resident: what web servers load, before they fork."""
    services.matcher.warm_up()
    # What was released has been looked at; no connection may pass through a fork.
    services.store.engine.dispose()
    # What stays for good is looked through no more: that held everybody up for a tenth of a second
    # now and then, and made each process a copy of its own of what all could share.
    gc.collect()
    gc.freeze()
    return app
