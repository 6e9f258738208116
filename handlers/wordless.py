"""Messages without words: what is said to a voice, a picture, a place, and when people get it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from handlers.compose import Composer
from handlers.model import (
    Attachment,
    AttachmentKind,
    ConsultationNumber,
    Courtesy,
    Decision,
    DecisionName,
    Escalate,
    Offer,
    Reason,
    Reply,
    Smalltalk,
)
from knowledge.wording import Phrase

_RECEIVED: Mapping[AttachmentKind, Phrase] = {
    AttachmentKind.VOICE: Phrase.VOICE_RECEIVED,
    AttachmentKind.PICTURE: Phrase.PICTURE_RECEIVED,
    AttachmentKind.VIDEO: Phrase.VIDEO_RECEIVED,
    AttachmentKind.FILE: Phrase.FILE_RECEIVED,
    AttachmentKind.PLACE: Phrase.PLACE_RECEIVED,
    AttachmentKind.LINK: Phrase.LINK_RECEIVED,
}


def meaning(attachment: Attachment, offers: Sequence[Offer]) -> Decision:
    """A voice goes to people; of anything else the first is asked about, the next one goes too."""
    if attachment.kind is AttachmentKind.VOICE:
        return Escalate(Reason.VOICE, "")
    if still_open(offers).wordless:
        return Escalate(Reason.ATTACHMENT, "")
    return Smalltalk(Courtesy.ATTACHED)


def asked_about(
    composer: Composer,
    attachment: Attachment,
    offers: Sequence[Offer],
    number: ConsultationNumber | None,
) -> Reply:
    """Asks what it is about; with a number says first that it was added to that case.

    What was offered before stays open: a picture is no answer to it.
    """
    said = [composer.wording.say(_RECEIVED[attachment.kind])]
    if number is not None:
        said.append(composer.wording.say(Phrase.ATTACHMENT_ADDED, number=number))
    said.append(composer.wording.say(Phrase.WHAT_ABOUT))
    name = DecisionName.SMALLTALK if number is None else DecisionName.ESCALATE
    return Reply(name, "\n".join(said), _one_more(offers), consultation=number)


def handed_over(
    composer: Composer,
    attachment: Attachment,
    offers: Sequence[Offer],
    number: ConsultationNumber,
    *,
    is_new: bool = False,
    in_danger: bool = False,
) -> Reply:
    """Says that people will look at it, and asks for words if there were none so far.

    Who is in danger is asked nothing, and sent back to the safety text instead.
    """
    received = composer.wording.say(_RECEIVED[attachment.kind])
    offer = _one_more(offers)
    if attachment.kind is AttachmentKind.VOICE:
        phrase = Phrase.VOICE_HANDED_OVER
    elif in_danger:
        phrase = Phrase.EMERGENCY_CASE
    elif is_new:
        phrase, offer = Phrase.ATTACHMENT_HANDED_OVER, replace(offer, awaits=number)
    else:
        phrase = Phrase.ATTACHMENT_ADDED
    text = f"{received}\n{composer.wording.say(phrase, number=number)}"
    return Reply(DecisionName.ESCALATE, text, offer, consultation=number)


def _one_more(offers: Sequence[Offer]) -> Offer:
    last = still_open(offers)
    return replace(last, wordless=last.wordless + 1)


def still_open(offers: Sequence[Offer]) -> Offer:
    """What the machine offered last, with the unread parts of whatever was said since."""
    unread = next((offer for offer in offers if offer.rest), Offer())
    if not offers:
        return Offer()
    return replace(
        offers[-1],
        rest=unread.rest,
        entry=unread.entry,
        entry_version=unread.entry_version,
        own=unread.own,
    )
