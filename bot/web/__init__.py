"""The entrances over HTTP: webhook, chat page, staff console and health."""
