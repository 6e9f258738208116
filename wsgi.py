"""Settings in, application out."""

import sys

from bot.app import create_app
from bot.bootstrap import build
from bot.speech import say
from config.logs import start_logging
from config.settings import SettingsError, read_settings

try:
    settings = read_settings()
except SettingsError as error:
    sys.exit(say("bad_settings", faults=error))

start_logging(settings.log_level)
app = create_app(build(settings))
