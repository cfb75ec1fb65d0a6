"""What talks cost at the model, and how much they may: tokens a day, for each client and for the whole company, and a
month where the company wants so.

A turn reserves before the model is asked and is settled afterwards, so that many turns at once, in however many
processes, overdraw a budget by no more than the turn that was last let through. A turn that died in mid-call holds what
it has reserved until the period after its own is over. Who has used up his tokens is answered by the embedded engine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from leadbot.accounts import companies, encryption
from leadbot.accounts.limits import money
from leadbot.bot import company_settings
from leadbot.database.session import db, utcnow
from leadbot.engines.base import Spent
from leadbot.models import Company, Conversation, Lead, Message, ModelUsage

COMPANY_TOKENS, VISITOR_TOKENS = 1_000_000, 60_000  # a day, where nobody says anything else
TURN_TOKENS = 6_000  # reserved for a turn: a long one of a model that thinks costs that much
VOICE_TOKENS = 4_000  # what a voice message counts as, beside the turn: about the price of a minute put into words
PERIOD_SECONDS = 60  # longer than a turn with all its waits
KEPT_DAYS = 31  # of single clients; a company's own days stay
ALL_CLIENTS = 0


@dataclass(frozen=True, slots=True)
class Ticket:
    """A turn that the model may answer; to be settled."""

    day: date
    bot_user_id: int
    period: int
    key_day: str | None = None  # of the installation's tokens; None where the company pays


@dataclass(frozen=True, slots=True)
class Cost:
    """Tokens, and what they cost in tenge where the company has given a price."""

    tokens_in: int = 0
    tokens_out: int = 0
    calls: int = 0
    tenge: float | None = None

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


def own_key(own: Company) -> str | None:
    """The company's own key to a model; None where it has none, or none that can be opened, and so uses ours."""
    sealed = (own.bot.get("model") or {}).get("key")
    return encryption.opened(sealed) if sealed else None


def budget(own: Company) -> tuple[int, int]:
    """Tokens a day of the whole company, and of one client. A company may spend less of the installation's key than it
    is allowed, but not more; its own key is its own money."""
    limits = own.bot.get("budget", {})
    allowed = companies.limit_of(own, "day_tokens")
    usual = COMPANY_TOKENS if allowed is None else allowed
    whole = int(limits.get("company", usual))
    return whole if own_key(own) else min(whole, usual), int(limits.get("visitor", VISITOR_TOKENS))


def month_budget(own: Company) -> int | None:
    """Tokens a month of the whole company; None where only the day is limited."""
    own_limit = own.bot.get("budget", {}).get("month")
    allowed = companies.limit_of(own, "month_tokens")
    return min((int(each) for each in (own_limit, allowed) if each is not None), default=None)


def reserve(own: Company, talk: Conversation | None) -> Ticket | None:
    """Let a turn through to the model; None where the client, the company or, on its own key, the installation has used
    up what it may. Does not commit.

    Without a talk, as in a rehearsal, only the company's budget counts.
    """
    if own_key(own):
        return _reserve(own, talk)
    key_day = money.reserve(TURN_TOKENS)
    if key_day is None:
        return None
    ticket = _reserve(own, talk)
    if ticket is None:
        money.settle(key_day, reserved=TURN_TOKENS, spent=0)
    return ticket and replace(ticket, key_day=key_day)


def _reserve(own: Company, talk: Conversation | None) -> Ticket | None:
    """Of what the client and the company may use."""
    company, visitor = budget(own)
    day, period = company_settings.local_now(own).date(), int(utcnow().timestamp()) // PERIOD_SECONDS
    ticket = Ticket(day, talk.bot_user_id if talk else ALL_CLIENTS, period)
    if (month := month_budget(own)) is not None:
        company = min(company, month - _spent_since(day.replace(day=1), before=day))
    limits = {ALL_CLIENTS: company, **({talk.bot_user_id: visitor} if talk else {})}
    taken = _take(ticket, limits)
    missing = limits.keys() - taken
    if missing:
        taken |= _begin(ticket, {client: limits[client] for client in missing})
    if taken == limits.keys():
        return ticket
    for client in taken:
        _settle(replace(ticket, bot_user_id=client), Spent(), also=client)
    return None


def settle(ticket: Ticket, spent: Spent | None, *, has_listened: bool = False) -> None:
    """Write down what a turn has cost, nothing where the model was not asked. Does not commit."""
    spent = spent or Spent()
    voice = VOICE_TOKENS if has_listened else 0
    spent = replace(spent, tokens_in=spent.tokens_in + voice)
    if ticket.key_day:
        money.settle(ticket.key_day, reserved=TURN_TOKENS, spent=spent.tokens_in + spent.tokens_out)
    _settle(ticket, spent, also=ALL_CLIENTS)


def last_sent() -> tuple[datetime, str] | None:
    """When the company's clients were last spoken of to a model, and the body of that call as it left the house."""
    newest = (
        select(ModelUsage.last_sent_at, ModelUsage.last_sent)
        .where(ModelUsage.bot_user_id == ALL_CLIENTS, ModelUsage.last_sent.is_not(None))
        .order_by(ModelUsage.day.desc())
        .limit(1)
    )
    row = db.session.execute(newest).first()
    return (row.last_sent_at, row.last_sent) if row else None


def today() -> Cost:
    """What the company has used up of its day."""
    return _of_days(company_settings.local_now(company_settings.company()).date())


def this_month() -> Cost:
    """What the company has used up of its month, today among it."""
    return _of_days(company_settings.local_now(company_settings.company()).date().replace(day=1))


def _of_days(first: date) -> Cost:
    sums = select(func.sum(ModelUsage.tokens_in), func.sum(ModelUsage.tokens_out), func.sum(ModelUsage.calls))
    days = sums.where(ModelUsage.day >= first, ModelUsage.bot_user_id == ALL_CLIENTS)
    tokens_in, tokens_out, calls = (int(number or 0) for number in db.session.execute(days).one())
    return _cost(company_settings.company(), tokens_in, tokens_out, calls)


def of_days(first: date, last: date) -> Cost:
    """What all talks have cost on these days of the company, both ends among them."""
    sums = select(
        func.coalesce(func.sum(ModelUsage.tokens_in), 0),
        func.coalesce(func.sum(ModelUsage.tokens_out), 0),
        func.coalesce(func.sum(ModelUsage.calls), 0),
    ).where(ModelUsage.bot_user_id == ALL_CLIENTS, ModelUsage.day.between(first, last))
    return _cost(company_settings.company(), *(int(each) for each in db.session.execute(sums).one()))


def of_talk(talk: Conversation) -> Cost:
    """What a talk has cost, all its episodes together."""
    return _of_messages(Message.conversation_id == talk.id)


def of_lead(lead: Lead) -> Cost:
    """What it cost to get a lead: the episode of the talk that brought it."""
    if lead.conversation_id is None:
        return Cost()
    return _of_messages(and_(Message.conversation_id == lead.conversation_id, Message.episode == lead.episode))


def _of_messages(chosen: ColumnElement[bool]) -> Cost:
    sums = select(
        func.coalesce(func.sum(Message.tokens_in), 0),
        func.coalesce(func.sum(Message.tokens_out), 0),
        func.count(Message.tokens_in),
    ).where(chosen)
    tokens_in, tokens_out, calls = db.session.execute(sums).one()
    return _cost(company_settings.company(), int(tokens_in or 0), int(tokens_out or 0), calls)


def _cost(own: Company, tokens_in: int, tokens_out: int, calls: int) -> Cost:
    price = own.bot.get("token_price", {})
    tenge = None
    if price:
        tenge = (tokens_in * price.get("in", 0) + tokens_out * price.get("out", 0)) / 1_000_000
    return Cost(tokens_in, tokens_out, calls, tenge)


def _spent_since(first: date, *, before: date) -> int:
    """Tokens of the company's days from the first to the one before today."""
    if first == before:
        return 0
    found = select(func.coalesce(func.sum(ModelUsage.tokens_in + ModelUsage.tokens_out), 0))
    days = (ModelUsage.day >= first, ModelUsage.day < before, ModelUsage.bot_user_id == ALL_CLIENTS)
    return int(db.session.scalar(found.where(*days)) or 0)


def _take(ticket: Ticket, limits: dict[int, int]) -> set[int]:
    """Reserve where there is something left; whose row that was."""
    row, now = ModelUsage, ticket.period
    is_current = row.period >= now  # above: by a clock that is a little ahead
    held = case((is_current, row.reserved), else_=0)
    held_before = case((is_current, row.reserved_before), (row.period == now - 1, row.reserved), else_=0)
    used = row.tokens_in + row.tokens_out + held + held_before
    within = or_(*(and_(row.bot_user_id == client, used < most) for client, most in limits.items()))
    taken = (
        update(row)
        .where(row.day == ticket.day, within)
        .values(
            reserved=held + TURN_TOKENS,
            reserved_before=held_before,
            period=case((is_current, row.period), else_=now),
        )
        .returning(row.bot_user_id)
    )
    return set(db.session.scalars(taken, execution_options={"synchronize_session": False}))


def _settle(ticket: Ticket, spent: Spent, *, also: int) -> None:
    row = ModelUsage
    values: dict[str, Any] = {
        "reserved": row.reserved - _still_held(ticket, row.period, row.reserved),
        "reserved_before": row.reserved_before - _still_held(ticket, row.period - 1, row.reserved_before),
        "tokens_in": row.tokens_in + spent.tokens_in,
        "tokens_out": row.tokens_out + spent.tokens_out,
    }
    if spent.sent:
        shows = row.bot_user_id == ALL_CLIENTS
        values["calls"] = row.calls + 1
        values["last_sent"] = case((shows, spent.sent), else_=row.last_sent)
        values["last_sent_at"] = case((shows, utcnow()), else_=row.last_sent_at)
    settled = update(row).where(row.day == ticket.day, row.bot_user_id.in_({ticket.bot_user_id, also}))
    db.session.execute(settled.values(values), execution_options={"synchronize_session": False})


def _still_held(ticket: Ticket, period: Any, reserved: Any) -> ColumnElement[int]:
    """What a ticket of this period still holds: nothing once that has run out."""
    return case((and_(period == ticket.period, reserved >= TURN_TOKENS), TURN_TOKENS), else_=0)


def _begin(ticket: Ticket, limits: dict[int, int]) -> set[int]:
    """Rows for those who have none today, reserved in already; the others are over their budget."""
    of_day = ModelUsage.day == ticket.day, ModelUsage.bot_user_id.in_(limits)
    there = db.session.scalars(select(ModelUsage.bot_user_id).where(*of_day))
    new = {client for client in limits.keys() - set(there) if limits[client] > 0}
    begun = {client for client in sorted(new) if _add_row(ticket, client)}
    if ALL_CLIENTS in begun:
        _tidy(ticket.day)
    if left := limits.keys() - begun:  # over their budget, unless another client's first turn of the day came between
        begun |= _take(ticket, {client: limits[client] for client in left})
    return begun


def _add_row(ticket: Ticket, client: int) -> bool:
    """False where somebody has just added it."""
    row = ModelUsage(day=ticket.day, bot_user_id=client, reserved=TURN_TOKENS, period=ticket.period)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return False
    return True


def _tidy(day: date) -> None:
    """Once a day: forget the old days of single clients, and what was sent before the newest call."""
    old = ModelUsage.day < day - timedelta(days=KEPT_DAYS)
    db.session.execute(delete(ModelUsage).where(old, ModelUsage.bot_user_id != ALL_CLIENTS))
    earlier = update(ModelUsage).where(ModelUsage.day < day - timedelta(days=1), ModelUsage.last_sent.is_not(None))
    newest = select(func.max(ModelUsage.day)).where(ModelUsage.last_sent.is_not(None)).scalar_subquery()
    db.session.execute(
        earlier.where(ModelUsage.day < newest).values(last_sent=None).execution_options(synchronize_session=False)
    )
