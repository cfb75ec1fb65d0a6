"""A firm that has been at work for two months: its people, what its bot knows, its ready answers, all its clients."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import update

from leadbot.accounts import hours_settings, team, users
from leadbot.bot import company_settings
from leadbot.conversations import canned, read_marks
from leadbot.database.session import clock_at, db, utcnow
from leadbot.models import Delivery, DeliveryState, Opening, Role, User
from leadbot.operations import demo_story
from leadbot.operations.demo_tales import AIGUL, FORMER, OWNER, TALES, TIMUR, WIDGET, ZHANNA
from leadbot.reports import onboarding
from leadbot.transfer import imports, imports_terms
from leadbot.transfer.imports_plan import Words

DAYS = 60
READ_BEFORE = timedelta(hours=1)  # what clients wrote before this is read
PEOPLE = {AIGUL: "aigul", TIMUR: "timur", ZHANNA: "zhanna"}  # besides the owner; by what their addresses begin with
NOWHERE = "demo"  # no chat has this number: nothing of it can reach anybody

# fmt: off
BOT = {
    "about": "Строим дома из газоблока и кирпича, ремонтируем квартиры и офисы под ключ. Алматы и область, "
             "с 2014 года.",
    "address": "Алматы, ул. Розыбакиева 247, офис 12",
    "facts": [
        {"topic": "price", "text": {
            "ru": "Дом из газоблока под ключ от 320 000 ₸ за м², ремонт квартиры от 95 000 ₸ за м². Точную цену "
                  "скажет смета.",
            "kk": "Газоблоктан салынған үй кілтке дейін м² үшін 320 000 ₸-ден, пәтер жөндеу м² үшін 95 000 ₸-ден. "
                  "Нақты бағаны смета көрсетеді.",
            "en": "A turnkey aerated-concrete house costs from 320,000 ₸ per m², a flat renovation from 95,000 ₸ per "
                  "m². The estimate gives the exact price."}},
        {"topic": "guarantee", "text": {
            "ru": "На конструкции даём 5 лет гарантии по договору, на отделку 2 года.",
            "kk": "Шарт бойынша конструкцияға 5 жыл, әрлеуге 2 жыл кепілдік береміз.",
            "en": "By contract we guarantee structures for 5 years and finishing for 2."}},
        {"topic": "installment", "text": {
            "ru": "Есть рассрочка на 12 месяцев без банка, первый взнос 40 %.",
            "kk": "Банксіз 12 айға бөліп төлеуге болады, бастапқы жарна 40 %.",
            "en": "You can pay over 12 months without a bank, 40% first."}},
        {"topic": "measurement", "text": {
            "ru": "Выезд на замер по Алматы без оплаты, по области 10 000 ₸.",
            "kk": "Алматы бойынша өлшеуге ақысыз барамыз, облыс бойынша 10 000 ₸.",
            "en": "A site visit costs nothing in Almaty and 10,000 ₸ in the region."}},
    ],
}
# fmt: on
ANSWERS = {
    "Замер": {
        "ru": "Здравствуйте, {name}! Это {manager}, {company}. Когда вам удобно, чтобы мастер приехал на замер?",
        "kk": "Сәлеметсіз бе, {name}! Бұл {manager}, {company}. Шебер өлшеуге қашан барғаны ыңғайлы?",
    },
    "Смета готова": {
        "ru": "{name}, смета готова. Куда отправить: на почту или в WhatsApp?",
        "kk": "{name}, смета дайын. Қайда жіберейін: поштаға ма, WhatsApp-қа ма?",
    },
    "Не дозвонились": {
        "ru": "Здравствуйте, {name}! Звонили вам и не застали. Напишите, в какое время удобно поговорить.",
        "kk": "Сәлеметсіз бе, {name}! Қоңырау шалдық, жауап болмады. Қай уақытта сөйлескен ыңғайлы?",
    },
}
_COLUMNS = ("phone", "name", "city", "object_type", "area", "status", "created_at")
_STAGES = {"договор": "won", "смета отправлена": "estimate", "взяли в работу": "in_progress"}


def found(email: str, password: str, name: str) -> User:
    """Make the firm as it stands today; its owner. The process must have nothing else to do: its clock is turned."""
    now = utcnow()
    with clock_at(now - timedelta(days=DAYS)):
        owner = users.sign_up(email, password, name, person=OWNER, language="ru", setup="construction")
        people = {OWNER: owner} | _people(owner, email.partition("@")[2], password)
        _set_up(owner)
    _count_visitors(now)
    with clock_at(demo_story.moment("30d 16:00", now)):
        _import_former(now, owner)
    demo_story.tell(TALES, people, now, "demo-")
    with clock_at(now - READ_BEFORE):
        for person in people.values():
            read_marks.mark_all(person)
    _settle(owner, email)
    return owner


def _people(owner: User, host: str, password: str) -> dict[str, User]:
    joined = {}
    for name, begins in PEOPLE.items():
        link = team.invite("", Role.MANAGER, by=owner).url
        key = urlsplit(link).path.rpartition("/")[2]
        joined[name] = team.join(key, email=f"{begins}@{host}", name=name, password=password)
    return joined


def _set_up(owner: User) -> None:
    company_settings.change(BOT, by=owner)
    week = dict(zip(hours_settings.WEEK, hours_settings.WEEKS["six"], strict=True))
    hours_settings.change(week | {"holidays": "", "take_minutes": "15", "answer_minutes": "5"}, by=owner)
    for title, texts in ANSWERS.items():
        canned.add(title, texts, by=owner)
    company_settings.company().telegram_chat_id = NOWHERE
    db.session.commit()


def _count_visitors(now: datetime) -> None:
    """Three or four look at the chat for each who writes, fewer at weekends."""
    began = {demo_story.moment(tale.at, now).date() for tale in TALES if getattr(tale, "source", None) is WIDGET}
    for ago in range(DAYS):
        day = (now - timedelta(days=ago)).date()
        db.session.add(Opening(day=day, count=1 + day.toordinal() % 3 + 2 * (day in began) - (day.weekday() > 4)))
    db.session.commit()


def _import_former(now: datetime, owner: User) -> None:
    """Take a file of the firm's former program over, as the worker does."""
    written = io.StringIO()
    file = csv.writer(written, delimiter=";")
    file.writerow(_COLUMNS)
    for *values, ago in FORMER:
        file.writerow([*values, f"{now - timedelta(days=ago):%d.%m.%Y}" if ago else ""])
    words = Words({imports_terms.plain(name): name for name in _COLUMNS}, _STAGES, {}, {})
    key = imports.keep(written.getvalue().encode(), words, by=owner)
    imports.choose(key, {"undated": "1"}, words, by=owner)
    imports.carry_on(imports.start(key, words, by=owner).id)


def _settle(owner: User, email: str) -> None:
    """The firm has heard of all that came, and the chat it heard it in is let go: nothing is left to be sent."""
    heard = {"state": DeliveryState.SENT, "sent_at": Delivery.created_at, "attempts": 1, "last_error": None}
    db.session.execute(update(Delivery).values(heard).execution_options(synchronize_session=False))
    company = company_settings.company()
    company.telegram_chat_id = None
    company.widget_seen_host, company.widget_seen_at = "stroydom.example.com", utcnow() - timedelta(minutes=5)
    db.session.commit()
    team.invite(f"buh@{email.partition('@')[2]}", Role.VIEWER, by=owner)
    onboarding.dismiss(by=owner)
