"""Something to look at: two companies for developers, and sample leads for a company whose board is still empty.

Talks in ru, kk and en are held with the embedded engine. The first company has two months behind it (`demo_firm`), the
second has just begun. Samples are test leads of clients that begin with "demo-":
nobody is told of them, figures leave them out, and they vanish with one click.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, update

from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.conversations import chat
from leadbot.database.session import db, utcnow
from leadbot.errors import LeadbotError
from leadbot.events import RowsErased, publish
from leadbot.leads import board, listing, moving, samples
from leadbot.models import BotUser, Conversation, Lead, LeadStatus, Source, User
from leadbot.operations import demo_firm

PASSWORD = "demo1234"  # noqa: S105  (a demonstration's, printed for all to see)


@dataclass(frozen=True, slots=True)
class Firm:
    """A demonstration company: its settings, and talks as (source, what the client says, the stage it got to)."""

    email: str
    name: str
    owner: str
    language: str
    about: str
    talks: tuple[tuple[Source, tuple[str, ...], LeadStatus], ...]


ALMATY = Firm(
    "demo@almaty.example.com",
    "СтройДом Алматы",
    "Данияр Ахметов",
    "ru",
    "Строим дома из газоблока и кирпича, ремонт квартир под ключ. Алматы и область.",
    (
        (Source.WIDGET, ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87770000101"), LeadStatus.NEW),
        (Source.WIDGET, ("Хочу построить дом в Талгаре", "есть, 8 соток", "10 на 12 в два этажа",
                         "Марина Ким, 8 701 000 01 02, звоните после шести"), LeadStatus.NEW),
        (Source.TELEGRAM, ("сәлем, пәтерге ремонт керек", "Алматыда", "78 шаршы", "Айгерім, 8 705 000 01 03"),
         LeadStatus.IN_PROGRESS),
        (Source.API, ("Hi, need an office renovation in Almaty", "about 210 sqm", "John Smith, 8 702 000 01 04"),
         LeadStatus.MEASUREMENT),
        (Source.WIDGET, ("Здравствуйте, сколько стоит баня?", "баня 6 на 6 в Конаеве", "Руслан 87070000105"),
         LeadStatus.ESTIMATE),
        (Source.TELEGRAM, ("Салеметсиз бе уй салу керек Каскеленде", "120 шаршы метр", "Болат 8 747 000 01 06"),
         LeadStatus.WON),
        (Source.WIDGET, ("нужен ремонт двушки 54 квадрата, Алматы. Ольга 8 775 000 01 07",), LeadStatus.LOST),
        (Source.WIDGET, ("Добрый день, а рассрочка есть?", "дом 180 м² в Алматы"), LeadStatus.NEW),
    ),
)  # fmt: skip
ASTANA = Firm(
    "demo@astana.example.com",
    "Астана Үй",
    "Ерлан Сұлтан",
    "kk",
    "Үй саламыз, пәтер жөндейміз. Астана және Ақмола облысы.",
    (
        (Source.WIDGET, ("Сәлеметсіз бе! Екі қабатты үй салғым келеді", "Астанада", "200 шаршы метр",
                         "Гүлнұр, 8 701 000 02 01"), LeadStatus.NEW),
        (Source.TELEGRAM, ("Ремонт квартиры в Астане, 64 кв", "Сергей 8 777 000 02 02"), LeadStatus.IN_PROGRESS),
        (Source.WIDGET, ("кеңсе жөндеу керек, Көкшетау", "90 шаршы", "Ерлан 8 702 000 02 03"), LeadStatus.MEASUREMENT),
    ),
)  # fmt: skip


def make() -> list[tuple[str, str, str]]:
    """Make what is missing of the two companies; returns (company, e-mail, password) of both owners and of a manager.

    For a command that is alone in its process: meanwhile its clock is turned back.
    """
    if users.by_email(ALMATY.email) is None:
        demo_firm.found(ALMATY.email, PASSWORD, ALMATY.name)
    db.session.remove()
    if users.by_email(ASTANA.email) is None:
        _make(ASTANA)
    db.session.remove()
    manager = f"aigul@{ALMATY.email.partition('@')[2]}"
    return [
        (ALMATY.name, ALMATY.email, PASSWORD),
        (ALMATY.name, manager, PASSWORD),
        (ASTANA.name, ASTANA.email, PASSWORD),
    ]


def add_samples(*, by: User) -> int:
    """Fill the company's board with sample leads, none twice; how many there are now. Raises Forbidden."""
    users.check_may_write(by)
    firm = ASTANA if company_settings.company().language == "kk" else ALMATY
    remove_samples(by=by)
    for number, (_, turns, status) in enumerate(firm.talks, 1):
        _hold(Source.TEST, f"{samples.PREFIX}{number}", turns, status, by)
    made = list(db.session.scalars(samples.leads().order_by(Lead.id)))
    for age, lead in enumerate(reversed(made)):  # as if they had come one after the other
        lead.created_at = lead.raised_at = utcnow() - timedelta(hours=7 * age, minutes=11 * age + 4)
    db.session.commit()
    return len(made)


def remove_samples(*, by: User) -> int:
    """Take all sample leads off the board, with their talks; how many there were. Raises Forbidden."""
    users.check_may_write(by)
    ids = [lead.id for lead in db.session.scalars(samples.leads())]
    if ids:
        db.session.execute(update(Conversation).where(Conversation.lead_id.in_(ids)).values(lead_id=None))
        for column in (Lead.previous_id, Lead.related_lead_id):
            db.session.execute(update(Lead).where(column.in_(ids)).values({column: None}))
    db.session.execute(delete(BotUser).where(*samples.CLIENTS))  # talks, messages and leads go with their client
    listing.note_erased(ids)
    publish(RowsErased())
    board.touch()
    db.session.commit()
    db.session.expire_all()
    return len(ids)


def _make(firm: Firm) -> None:
    owner = users.sign_up(firm.email, PASSWORD, firm.name, person=firm.owner, language=firm.language)
    company_settings.change({"about": firm.about})
    for number, (source, turns, status) in enumerate(firm.talks, 1):
        _hold(source, f"demo-{number}", turns, status, owner)


def _hold(source: Source, ref: str, turns: tuple[str, ...], status: LeadStatus, owner: User) -> None:
    lead = None
    for text in turns:
        lead = chat.receive(chat.Incoming(source, ref, text, is_thrifty=True)).lead or lead
    if lead is not None and status is not LeadStatus.NEW:
        moving.move(lead, status, by=owner, reason="expensive" if status is LeadStatus.LOST else None)
    elif lead is None and len(turns) > 2:
        raise LeadbotError(f"the demonstration talk {ref} made no lead")
