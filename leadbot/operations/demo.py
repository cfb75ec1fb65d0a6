"""Something to look at: two companies for developers, and sample leads for a company whose board is still empty.

Talks in ru, kk and en are held with the embedded engine. The first company has two months behind it (`demo_firm`), the
second has just begun. Samples are test leads of clients that begin with "demo-":
nobody is told of them, figures leave them out, and they vanish with one click.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.conversations import chat
from leadbot.database.session import db, utcnow
from leadbot.errors import LeadbotError
from leadbot.events import RowsErased, publish
from leadbot.leads import board, moving, records, samples
from leadbot.models import BotUser, Lead, LeadStatus, Source, User
from leadbot.operations import demo_firm

PASSWORD = "demo1234"  # noqa: S105  (a demonstration's, printed for all to see)


# fmt: off
# By language: (source, what the client says, the stage the lead got to). Samples are made of them, and the second firm.
TALKS: dict[str, tuple[tuple[Source, tuple[str, ...], LeadStatus], ...]] = {
    "ru": (
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
    "kk": (
        (Source.WIDGET, ("Сәлеметсіз бе! Екі қабатты үй салғым келеді", "Астанада", "200 шаршы метр",
                         "Гүлнұр, 8 701 000 02 01"), LeadStatus.NEW),
        (Source.TELEGRAM, ("Ремонт квартиры в Астане, 64 кв", "Сергей 8 777 000 02 02"), LeadStatus.IN_PROGRESS),
        (Source.WIDGET, ("кеңсе жөндеу керек, Көкшетау", "90 шаршы", "Ерлан 8 702 000 02 03"), LeadStatus.MEASUREMENT),
    ),
}
# fmt: on
AT_WORK = ("demo@almaty.example.com", "СтройДом Алматы")
JUST_BEGUN = ("demo@astana.example.com", "Астана Үй")


def make() -> list[tuple[str, str, str]]:
    """Make what is missing of the two companies; returns (company, e-mail, password) of both owners and of a manager.

    For a command that is alone in its process: meanwhile its clock is turned back.
    """
    for (email, name), found in ((AT_WORK, demo_firm.found), (JUST_BEGUN, _found)):
        if users.by_email(email) is None:
            found(email, PASSWORD, name)
        db.session.remove()
    email, name = AT_WORK
    manager = f"aigul@{email.partition('@')[2]}"
    return [(name, email, PASSWORD), (name, manager, PASSWORD), (JUST_BEGUN[1], JUST_BEGUN[0], PASSWORD)]


def add_samples(*, by: User) -> int:
    """Fill the company's board with sample leads, none twice; how many there are now. Raises Forbidden."""
    users.check_may_write(by)
    talks = TALKS["kk" if company_settings.company().language == "kk" else "ru"]
    remove_samples(by=by)
    for number, (_, turns, status) in enumerate(talks, 1):
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
    records.remove(ids)
    db.session.execute(delete(BotUser).where(*samples.CLIENTS))  # talks and messages go with their client
    publish(RowsErased())
    board.touch()
    db.session.commit()
    db.session.expire_all()
    return len(ids)


def _found(email: str, password: str, name: str) -> User:
    """Make the firm that has just begun; its owner."""
    owner = users.sign_up(email, password, name, person="Ерлан Сұлтан", language="kk")
    company_settings.change({"about": "Үй саламыз, пәтер жөндейміз. Астана және Ақмола облысы."})
    for number, (source, turns, status) in enumerate(TALKS["kk"], 1):
        _hold(source, f"demo-{number}", turns, status, owner)
    return owner


def _hold(source: Source, ref: str, turns: tuple[str, ...], status: LeadStatus, owner: User) -> None:
    lead = None
    for text in turns:
        lead = chat.receive(chat.Incoming(source, ref, text, is_thrifty=True)).lead or lead
    if lead is not None and status is not LeadStatus.NEW:
        moving.move(lead, status, by=owner, reason="expensive" if status is LeadStatus.LOST else None)
    elif lead is None and len(turns) > 2:
        raise LeadbotError(f"the demonstration talk {ref} made no lead")
