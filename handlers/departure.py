"""A resident leaves: what is theirs is erased, and what comes late of them changes nothing."""

from datetime import datetime, timedelta

from handlers.cases import UNFOLLOWED
from handlers.model import ChannelName, Message, Reply
from handlers.ports import Records

LATE = timedelta(minutes=1)
"""How long after a departure a repeat is recognised. The platform's last try comes after 15 s."""


def depart(records: Records, message: Message, reply: Reply, now: datetime) -> bool:
    """Erases the resident of an address; False if nobody is known there (any more).

    Their name becomes a random tombstone, their words outside cases are gone, answers on their
    way fail in the open. Cases stay as files (docs/adr/0007-erasure.md).
    """
    standing = records.conversations.take(message.sender)
    if standing is None:
        return False
    resident = standing.resident.id
    records.conversations.add(resident, message, reply)
    records.attachments.erase_unfiled(resident)
    records.conversations.depart(resident, now)
    records.deliveries.abandon(resident, UNFOLLOWED, now)
    return True


def said_before_leaving(records: Records, message: Message) -> Reply | None:
    """The reply to a message of somebody who has left since, when the platform repeats it.

    Else the repeat, be it of an event that says nothing, would bring their name back, and open
    their case a second time. A page's ids are unique for one resident only, so there is nothing
    to recognise them by.
    """
    if message.sender.channel is not ChannelName.WECHAT:
        return None
    since = message.received_at - LATE
    return records.conversations.said_to_departed(message.sender.channel, message.key, since)
