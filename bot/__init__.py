"""How we are reached and run: webhook, chat page, console, storage, worker and commands."""
