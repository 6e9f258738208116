"""`flask staff …` and `flask consultation …`: the console's work from a terminal."""

import json
from typing import Any

import click
from flask.cli import AppGroup

from bot import passwords
from bot.services import Services
from bot.speech import say
from handlers.cases import Consultation, Delivery, Role, Staff, State
from handlers.desk import ANSWER_LIMIT
from handlers.errors import AlreadyTaken, BadInput, NotPossible
from handlers.model import Address, ChannelName, ConsultationNumber
from handlers.ports import Personnel


def staff_commands(services: Services) -> AppGroup:
    """Who works at the desk."""
    group = AppGroup("staff", help="Who works at the desk.")
    group.add_command(_adding(services))
    group.add_command(_new_password(services))
    group.add_command(_letting(services, "off", active=False))
    group.add_command(_letting(services, "on", active=True))
    group.add_command(_listing(services))
    return group


def _adding(services: Services) -> click.Command:
    @click.command("add")
    @click.argument("name")
    @click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
    @click.password_option("--password", help="asked for if not given")
    def add(name: str, role: str, password: str) -> None:
        """Adds a member of staff."""
        stored = _hashed(password)
        with services.store.write() as records:
            try:
                records.personnel.add(name, Role(role), stored)
            except BadInput:
                raise click.ClickException(say("name_taken", name=name)) from None
        click.echo(say("staff_added", name=name, role=role))

    return add


def _new_password(services: Services) -> click.Command:
    @click.command("password")
    @click.argument("name")
    @click.password_option("--password", help="asked for if not given")
    def password_command(name: str, password: str) -> None:
        """Sets a new password; unlocks the name and ends every session of it."""
        stored = _hashed(password)
        with services.store.write() as records:
            records.personnel.set_password(_named(records.personnel, name).id, stored)
        click.echo(say("staff_changed", name=name))

    return password_command


def _letting(services: Services, word: str, *, active: bool) -> click.Command:
    """`off` keeps somebody out who has left, `on` lets them in; what they did stays theirs."""

    @click.command(word, help=f"Switches a member of staff {word}.")
    @click.argument("name")
    def switch(name: str) -> None:
        with services.store.write() as records:
            records.personnel.set_active(_named(records.personnel, name).id, active=active)
        click.echo(say("staff_changed", name=name))

    return switch


def _listing(services: Services) -> click.Command:
    @click.command("list")
    def everybody() -> None:
        """Name, role, and whether they may log in."""
        with services.store.read() as records:
            listed = records.personnel.listed()
        for one in listed:
            click.echo(f"{one.name}\t{one.role}\t{'on' if one.active else 'off'}")

    return everybody


def _hashed(password: str) -> str:
    if len(password) < passwords.SHORTEST:
        raise click.ClickException(say("short_password", least=passwords.SHORTEST))
    return passwords.hashed(password)


def _named(personnel: Personnel, name: str) -> Staff:
    found = personnel.named(name)
    if found is None:
        raise click.ClickException(say("no_staff", name=name))
    return found


def consultation_commands(services: Services) -> AppGroup:
    """Cases from a terminal, audited as in the console."""
    group = AppGroup("consultation", help="Cases.")

    @group.command("answer")
    @click.option("--id", "number", type=int)
    @click.option("--resident")
    @click.option("--channel", type=click.Choice([str(c) for c in ChannelName]), default="wechat")
    @click.option("--text", required=True)
    @click.option("--staff", "name", help="whose answer it is; the first administrator's if not")
    def answer(
        number: int | None, resident: str | None, channel: str, text: str, name: str | None
    ) -> None:
        """Answers a case by its number, or a resident's latest; prints JSON."""
        staff = staff_at_work(services, name)
        found = _consultation(services, number, resident, ChannelName(channel))
        delivery = _answered(services, found, staff, text)
        services.wake(delivery.id)
        click.echo(json.dumps(_told(delivery), ensure_ascii=False))

    return group


def staff_at_work(services: Services, name: str | None) -> Staff:
    """Who does it: by name, else the first administrator. Raises ClickException."""
    with services.store.read() as records:
        if name is not None:
            found = records.personnel.named(name)
        else:
            everybody = records.personnel.listed()
            found = next((one for one in everybody if one.role is Role.ADMIN), None)
    if found is None or not found.active:
        raise click.ClickException(say("no_staff", name=name or Role.ADMIN))
    return found


def _consultation(
    services: Services, number: int | None, resident: str | None, channel: ChannelName
) -> Consultation:
    if (number is None) == (resident is None):
        raise click.UsageError(say("needs_one"))
    with services.store.read() as records:
        found = None
        if number is not None:
            found = records.consultations.get(ConsultationNumber(number))
        elif known := records.conversations.known(Address(channel, resident or "")):
            found = records.consultations.latest_of(known.id)
    if found is None:
        raise click.ClickException(say("no_consultation"))
    return found


def _answered(services: Services, found: Consultation, staff: Staff, text: str) -> Delivery:
    """Claims the case if nobody has it, takes a closed one up again, and answers."""
    desk = services.desk
    try:
        if found.state is State.CLOSED:
            desk.reopen(found.number, staff)
        elif found.state is State.WAITING:
            desk.claim(found.number, staff)
        return desk.answer(found.number, staff, text)
    except BadInput:
        raise click.ClickException(say("answer_unusable", most=ANSWER_LIMIT)) from None
    except (AlreadyTaken, NotPossible):
        raise click.ClickException(say("not_possible")) from None


def _told(delivery: Delivery) -> dict[str, Any]:
    return {
        "consultation": delivery.consultation,
        "delivery": delivery.id,
        "state": str(delivery.state),
    }
