"""The operator's console: `flask companies list|show|deactivate|activate|limits`, `flask reset-link`.

It shows numbers and switches; nobody can be impersonated from here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from leadbot.accounts import companies as service
from leadbot.accounts import passwords
from leadbot.accounts.companies import Overview
from leadbot.database import migrate
from leadbot.errors import LeadbotError

COMPANY = click.argument("company_id", type=click.IntRange(1, 2**31 - 1))


@click.group("companies")
def companies() -> None:
    """Look after the companies of this installation."""
    migrate.upgrade()


@companies.command("list")
def list_command() -> None:
    """All companies, one a line: id, state, people, leads, since when, name."""
    for each in service.everything():
        numbers = f"{each.id:>6}  {_state(each):3}  {each.people:>5}  {each.leads:>8}"
        click.echo(f"{numbers}  {each.created_at:%Y-%m-%d}  {each.name}")


@companies.command("show")
@COMPANY
def show(company_id: int) -> None:
    """One company in numbers."""
    with _told():
        each = service.one(company_id)
    rows = {
        "id": each.id, "name": each.name, "page": f"/c/{each.slug}", "state": _state(each),
        "since": f"{each.created_at:%Y-%m-%d %H:%M} UTC", "owners": ", ".join(each.owners), "people": each.people,
        "leads": each.leads, "messages": each.messages,
        **{f"limit {name}": each.limits.get(name, "none") for name in service.LIMITS},
    }  # fmt: skip
    for name, value in rows.items():
        click.echo(f"{name:20} {value}")


@companies.command("deactivate")
@COMPANY
def deactivate(company_id: int) -> None:
    """Stop a company at once: pages, API, widget and notices. Nothing is deleted."""
    with _told():
        service.set_active(company_id, False)
    click.echo(f"{company_id}: off")


@companies.command("activate")
@COMPANY
def activate(company_id: int) -> None:
    """Let a company go on; what waited is sent."""
    with _told():
        service.set_active(company_id, True)
    click.echo(f"{company_id}: on")


@companies.command("limits")
@COMPANY
@click.option("--people", type=int, help="how many persons it may have, invitations counted; -1 for any number")
@click.option("--month-tokens", type=int, help="tokens of the model a month; -1 for any number, 0 turns the model off")
@click.option("--day-tokens", type=int, help="tokens a day on the installation's key; -1 for the default of 1,000,000")
def limits(company_id: int, people: int | None, month_tokens: int | None, day_tokens: int | None) -> None:
    """Set what is given, and print what stands."""
    given = {"people": people, "month_tokens": month_tokens, "day_tokens": day_tokens}
    values = {name: None if value == -1 else value for name, value in given.items() if value is not None}
    with _told():
        now = service.set_limits(company_id, values)
    for name in service.LIMITS:
        click.echo(f"{name:20} {now.get(name, 'none')}")


@click.command("reset-link")
@click.argument("email")
def reset_link(email: str) -> None:
    """Print a one-time link for a new password, for who can get none otherwise: an only owner without mail."""
    url = passwords.print_reset(email)
    if url is None:
        sys.exit("nobody has this e-mail")
    click.echo(url)


def _state(each: Overview) -> str:
    return "on" if each.is_active else "off"


@contextmanager
def _told() -> Iterator[None]:
    """What a service refuses is said in one line."""
    try:
        yield
    except LeadbotError as error:
        sys.exit(str(error))
