"""The widget of a company: whose it is, how it looks, where it may stand, and a client's call for a manager."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from leadbot.accounts import audit, hours_settings, users
from leadbot.accounts.limits import Limit
from leadbot.bot import company_settings
from leadbot.conversations import presence, talks, unanswered, waiting
from leadbot.conversations.widget_fields import CHECKS, DARK, LIGHT, OFFSET, SLUG, contrast, slug
from leadbot.database import tenancy
from leadbot.database.session import db, read_only, utcnow
from leadbot.errors import Invalid, NotFound
from leadbot.events import CrowdCalls, HandOffAsked, publish
from leadbot.leads import attribution
from leadbot.models import AuditEvent, Author, BotUser, Company, Conversation, FormerSlug, Source, TalkPresence, User
from leadbot.models.company import new_widget_key
from leadbot.state import state
from leadbot.texts import phrases, text_input
from leadbot.texts.promise import closed

KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
# A star is what comes by the network: not a page opened from a disk, nor one packed into an application.
ANYBODY = "* file: capacitor: ionic:"
SEEN_EVERY = timedelta(minutes=1)
MOVES = Limit("addresses of a page", "10 per day")  # each stays a company's own for ever


_LINES = (
    select(func.coalesce(Conversation.message_count, 0), TalkPresence.manager_typing_at)
    .select_from(Company)
    .outerjoin(
        BotUser,
        and_(
            BotUser.company_id == Company.id,
            BotUser.source == bindparam("source"),
            BotUser.client_ref == bindparam("client_ref"),
        ),
    )
    .outerjoin(Conversation, and_(Conversation.company_id == Company.id, Conversation.bot_user_id == BotUser.id))
    .outerjoin(
        TalkPresence,
        and_(TalkPresence.company_id == Company.id, TalkPresence.conversation_id == Conversation.id),
    )
    .where(Company.widget_key == bindparam("key"), Company.is_active, Company.widget_is_paused.is_(False))
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a company's widget looks: texts by language, empty where the house's own are shown."""

    color: str
    position: str
    language: str
    title: dict[str, str]
    bubble: dict[str, str]
    delay_seconds: int
    domains: tuple[str, ...]
    privacy_url: str
    offset_x: int
    offset_y: int
    hides_closed: bool  # no button outside working hours
    has_sound: bool
    whatsapp: str  # the number in digits, and the name in Telegram, where a client may go on
    telegram: str

    @property
    def on_color(self) -> str:
        """What is written on the company's colour; empty without one."""
        return max((LIGHT, DARK), key=lambda ink: contrast(ink, self.color)) if self.color else ""


@dataclass(frozen=True, slots=True)
class Site:
    """What a public page may know of the company it speaks for."""

    company_id: int
    key: str
    slug: str
    name: str
    language: str
    time_zone: str
    look: Look

    def title(self, language: str) -> str:
        """What stands in the head of the chat."""
        return self.look.title.get(language) or self.name


def of_key(key: str) -> Site:
    """Whose widget this is. Raises NotFound alike for a key unknown, rotated or paused, and a company that is off."""
    return _site(Company.widget_key == key if KEY.fullmatch(key) else None)


def of_slug(slug: str) -> Site:
    """Whose page this is, or was before it got another address. Raises NotFound as `of_key` does."""
    if not SLUG.fullmatch(slug):
        raise NotFound
    now = aliased(Company)
    has = select(now.id).where(now.slug == slug).scalar_subquery()
    had = select(FormerSlug.company_id).where(FormerSlug.slug == slug).scalar_subquery()
    return _site(Company.id == func.coalesce(has, had))


def lines_so_far(key: str, client_ref: str) -> tuple[int, bool] | None:
    """How many lines a visitor's talk has, and whether a manager is writing; None where there is no such widget. A
    quick look: pages ask all the time."""
    asked = {"key": key, "source": Source.WIDGET, "client_ref": client_ref}
    with tenancy.all_companies():
        found = db.session.execute(_LINES, asked).one_or_none()
    return None if found is None else (found[0], presence.is_recent(found[1]))


def look(own: Company) -> Look:
    """What is set, with what holds where nothing is."""
    values = own.widget
    return Look(
        color=values.get("color", ""),
        position=values.get("position", "right"),
        language=values.get("language", ""),
        title=values.get("title", {}),
        bubble=values.get("bubble", {}),
        delay_seconds=values.get("delay_seconds", 0),
        domains=tuple(values.get("domains", ())),
        privacy_url=values.get("privacy_url", ""),
        offset_x=values.get("offset_x", OFFSET),
        offset_y=values.get("offset_y", OFFSET),
        hides_closed=values.get("hides_closed", False),
        has_sound=values.get("has_sound", False),
        whatsapp=values.get("whatsapp", ""),
        telegram=values.get("telegram", ""),
    )


def ancestors(own: Look) -> str:
    """Who may frame the chat, as CSP's frame-ancestors has it: the listed domains and our own pages; without a list
    anybody."""
    if not own.domains:
        return ANYBODY
    hosts = [host for each in own.domains for host in (each, *_with_www(each))]
    return " ".join(("'self'", *(f"{scheme}://{host}" for host in hosts for scheme in ("https", "http"))))


def may_frame(own: Look, origin: str) -> bool:
    """May a site of this origin show the chat?"""
    return not own.domains or origin.lower() in ancestors(own).split()


def change(values: dict[str, object], *, by: User) -> Company:
    """Set how the widget looks and where it may stand; nothing is written unless all are right. Raises Invalid."""
    users.check_may_write(by)
    checked = {name: CHECKS[name](values[name]) for name in values.keys() & CHECKS.keys()}
    own = company_settings.company()
    own.widget = {**own.widget, **checked}
    try:
        if "slug" in values:
            _move(own, slug(values["slug"]))
        audit.note(by.id, AuditEvent.WIDGET)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise Invalid("This address is taken", field="slug") from None
    return own


def _move(own: Company, to: str) -> None:
    """Give the company's page another address; those it had stay its own. Part of the caller's transaction. Raises
    Invalid, IntegrityError for one that is another's, TooMany."""
    if to == own.slug:
        return
    MOVES.count(str(own.id))
    db.session.execute(delete(FormerSlug).where(FormerSlug.slug == to))
    db.session.add(FormerSlug(slug=own.slug))
    own.slug = to
    db.session.flush()  # first it is taken, then looked for: two who change at once can't both miss each other
    with tenancy.all_companies():
        was_others = db.session.scalar(select(FormerSlug.id).where(FormerSlug.slug == to))
    if was_others is not None:
        db.session.rollback()
        raise Invalid("This address is taken", field="slug")


def pin(host: str, *, by: User) -> None:
    """Allow the site that the person has been shown and named, and from then on only what is listed. Raises Invalid.

    Where the widget was seen last is no proof: a stranger's browser says it, and may have said another since.
    """
    users.check_may_write(by)
    sites = CHECKS["domains"](host)
    if len(sites) != 1:
        raise Invalid("The widget has not been seen on any site yet", field="domains")
    change({"domains": "\n".join((*look(company_settings.company()).domains, *sites))}, by=by)


def pause(is_paused: bool, *, by: User) -> None:
    """Close the chat on all sites, or open it again."""
    users.check_may_write(by)
    company_settings.company().widget_is_paused = is_paused
    audit.note(by.id, AuditEvent.WIDGET, detail="off" if is_paused else "on")
    db.session.commit()


def rotate(*, by: User) -> None:
    """Give the widget another key; pages with the old one show a closed chat. Raises Forbidden."""
    users.check_is_owner(by)
    company_settings.company().widget_key = new_widget_key()
    audit.note(by.id, AuditEvent.WIDGET_KEY)
    db.session.commit()


def seen(page: str) -> None:
    """A client opened the chat on this page. Written at most once a minute and site; our own pages don't count."""
    host = attribution.host_of(page)
    own = company_settings.company()
    is_ours = host == urlsplit(state().config.base_url).netloc
    is_known = own.widget_seen_host == host and own.widget_seen_at and own.widget_seen_at > utcnow() - SEEN_EVERY
    if host and not is_ours and not is_known:
        own.widget_seen_host, own.widget_seen_at = host[:255], utcnow()
        db.session.commit()


def call_manager(
    client_ref: str, message_id: str | None, language: str, *, may_disturb: bool, is_crowd: bool = False
) -> None:
    """A client asks for a human by the button: it stands in the talk, and the managers are told unless they were; of
    one in a crowd by the notice that speaks of them all.

    Silent where a manager has the talk already. Raises what `talks.take` does.
    """
    if message_id is not None:
        text_input.line(message_id, "message_id", most=255)
    words = phrases.say("call", language)
    digest = talks.digest(words, None)
    talk, seq, stored = talks.take(Source.WIDGET, client_ref, message_id, digest)
    if stored is not None:
        db.session.rollback()
        return
    if seq is None:
        seq = talks.hear(talk, words, message_id=message_id, digest=digest)
    if talk.handled_by != "manager":
        if may_disturb:
            publish(CrowdCalls() if is_crowd else HandOffAsked(talk.id, words))
            unanswered.asked(talk)
        waiting.put(talk, waiting.CALL)
        talk.nudge_due_at = None  # he speaks already
        answer = _answer_to_call(talk, talk.language or language, may_disturb)
        talks.add(talk, Author.BOT, answer, answers_seq=seq, engine="rules")
    talks.let_go(talk)
    db.session.commit()


def _answer_to_call(talk: Conversation, language: str, may_disturb: bool) -> str:
    company = company_settings.company()
    card = company_settings.card(company)
    if not may_disturb:
        return phrases.say("limit.calls", language)
    now = company_settings.local_now(company)
    if opening := hours_settings.opening(company, now):
        asked, setup = talk.known.get("asked"), card.trade
        question = phrases.say(f"{asked}.C", language, setup) if asked and phrases.knows(f"{asked}.C", setup) else ""
        return phrases.join((closed("handoff.closed", opening, now, language), question))
    phone = card.phone
    return phrases.say("answer.human.phone" if phone else "answer.human", language, company_phone=phone)


def _site(whose: ColumnElement[bool] | None) -> Site:
    if whose is None:
        raise NotFound
    shown = select(Company).where(whose, Company.is_active, Company.widget_is_paused.is_(False))
    with read_only(), tenancy.all_companies():  # the request's body is still to come, from who knows how slow a phone
        own = db.session.scalars(shown).one_or_none()
    if own is None:
        raise NotFound
    return Site(own.id, own.widget_key, own.slug, own.name, own.language, own.time_zone, look(own))


def _with_www(host: str) -> tuple[str, ...]:
    """stroykz.kz is www.stroykz.kz too; an address of numbers, a name without a dot or one with a port is itself."""
    is_plain = "." in host and ":" not in host and not host.startswith("www.") and not host.replace(".", "").isdigit()
    return (f"www.{host}",) if is_plain else ()
