"""What a push has besides words, as an Attachment."""

import math
from collections.abc import Mapping
from urllib.parse import urlsplit

from handlers.model import Attachment, AttachmentKind

LONGEST_TITLE = 200
LONGEST_LINK = 2_000
LONGEST_REFERENCE = 400
"""Characters; media ids have 64 or so."""

_KINDS: Mapping[str, AttachmentKind] = {
    "voice": AttachmentKind.VOICE,
    "image": AttachmentKind.PICTURE,
    "video": AttachmentKind.VIDEO,
    "shortvideo": AttachmentKind.VIDEO,
    "file": AttachmentKind.FILE,
    "location": AttachmentKind.PLACE,
    "link": AttachmentKind.LINK,
}


def read_attachment(fields: Mapping[str, str]) -> Attachment | None:
    """The attachment of a push; None if its kind has none. Never raises: odd values are left out.

    A file comes without a media id: the platform tells its title and keeps the rest.
    """
    kind = _KINDS.get(fields.get("MsgType", "").strip().lower())
    if kind is None:
        return None
    reference = _text(fields, "MediaId")
    return Attachment(
        kind=kind,
        title=(_text(fields, "Label") or _text(fields, "Title"))[:LONGEST_TITLE],
        reference=reference if len(reference) <= LONGEST_REFERENCE else "",
        format=_text(fields, "Format")[:LONGEST_TITLE],
        link=_link(fields) if kind is AttachmentKind.LINK else "",
        latitude=_degrees(fields, "Location_X", 90),
        longitude=_degrees(fields, "Location_Y", 180),
    )


def _text(fields: Mapping[str, str], name: str) -> str:
    return fields.get(name, "").strip()


def _link(fields: Mapping[str, str]) -> str:
    """Only what a browser can open without doing anything else."""
    address = _text(fields, "Url")
    try:
        usable = urlsplit(address).scheme.lower() in ("http", "https")
    except ValueError:
        usable = False
    return address if usable and len(address) <= LONGEST_LINK else ""


def _degrees(fields: Mapping[str, str], name: str, most: int) -> float | None:
    try:
        degrees = float(_text(fields, name))
    except ValueError:
        return None
    return degrees if math.isfinite(degrees) and abs(degrees) <= most else None
