"""What residents sent besides words, for staff alone: shown where a browser can, else to download.

Nothing of it is ever a page of ours: only kinds that hold no program are shown, under the type we
found ourselves, in a sandbox.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from flask import Response, abort, send_file

from bot.services import Services
from bot.web.auth import staff_only
from handlers.cases import AttachmentId, Keeping, KeptAttachment, Staff
from handlers.model import AttachmentKind
from handlers.sniffing import TEXT, UNKNOWN

log = logging.getLogger(__name__)


class Look(StrEnum):
    """How the console shows an attachment; the templates know these names."""

    WANTED = "wanted"
    GONE = "gone"
    PLACE = "place"
    LINK = "link"
    PICTURE = "picture"
    SOUND = "sound"
    FILM = "film"
    RECORDING = "recording"
    """A voice in the telephone's own format, which no browser plays."""
    DOWNLOAD = "download"


_SHOWN = {
    "image/jpeg": Look.PICTURE,
    "image/png": Look.PICTURE,
    "image/gif": Look.PICTURE,
    "image/webp": Look.PICTURE,
    "image/bmp": Look.PICTURE,
    "audio/mpeg": Look.SOUND,
    "audio/ogg": Look.SOUND,
    "audio/wav": Look.SOUND,
    "audio/mp4": Look.SOUND,
    "video/mp4": Look.FILM,
}
"""What browsers show and play, and what cannot hold a script."""

_ENDINGS = {
    "audio/amr": ".amr",
    "audio/silk": ".silk",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/mp4": ".m4a",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/heic": ".heic",
    "video/mp4": ".mp4",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
}

_NOT_IN_NAMES = frozenset('/\\:*?"<>|')

_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; "
    "style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Browsers refuse to open a sandboxed page that asks for more than this.
    "Cross-Origin-Opener-Policy": "unsafe-none",
    "Cache-Control": "private, no-store",
}


def look(kept: KeptAttachment) -> Look:
    """How an attachment is shown."""
    if kept.attachment.kind is AttachmentKind.PLACE:
        return Look.PLACE
    if kept.attachment.kind is AttachmentKind.LINK:
        return Look.LINK
    if kept.state is not Keeping.KEPT:
        return Look(kept.state.value)
    if kept.media_type in ("audio/amr", "audio/silk"):
        return Look.RECORDING
    return _SHOWN.get(kept.media_type, Look.DOWNLOAD)


@dataclass(frozen=True, slots=True)
class AttachmentPages:
    """`/console/attachments/<id>`."""

    services: Services

    @staff_only
    def attachment(self, staff: Staff, number: int) -> Response:
        """The content, in whole or in the part that a player asks for. 404 if we hold none."""
        kept = self._kept(AttachmentId(number))
        content = self.services.vault.get(kept.id)
        if content is None:
            abort(404)
        log.info("attachment_seen", extra={"attachment": kept.id, "staff": staff.id})
        response = send_file(
            BytesIO(content),
            mimetype=_served_as(kept),
            as_attachment=kept.media_type not in _SHOWN,
            download_name=file_name(kept),
            conditional=True,
            etag=False,
        )
        response.headers.update(_HEADERS)
        return response

    def _kept(self, attachment: AttachmentId) -> KeptAttachment:
        with self.services.store.read() as records:
            kept = records.attachments.get(attachment)
        if kept is None or kept.state is not Keeping.KEPT or not kept.attachment.has_content:
            abort(404)
        return kept


def file_name(kept: KeptAttachment) -> str:
    """The resident's own name for a file, else one that says where it belongs."""
    title = "".join(sign for sign in kept.attachment.title if _is_harmless(sign)).strip(". ")
    if kept.attachment.kind is AttachmentKind.FILE and title:
        return title
    ending = _ENDINGS.get(kept.media_type, ".txt" if kept.media_type == TEXT else ".bin")
    return f"{kept.consultation or 0}-{kept.id}{ending}"


def _is_harmless(sign: str) -> bool:
    """Neither a place in a folder, nor the end of a header, nor a turn of the reading direction."""
    return sign.isprintable() and sign not in _NOT_IN_NAMES


def _served_as(kept: KeptAttachment) -> str:
    """What a browser would run or render is given as nothing but bytes."""
    if kept.media_type in _SHOWN or kept.media_type in ("audio/amr", "application/pdf"):
        return kept.media_type
    return UNKNOWN
