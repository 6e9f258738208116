"""The database side: rows in, frozen dataclasses out."""
