"""Periods of law as rows a lawyer can read, and the exact day on which each ends."""
