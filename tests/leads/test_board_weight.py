"""What the board weighs for a company at work: 2,000 leads as people have them, each with all that it may bear."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from conftest import Api, Web
from flask import Flask

from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.models import Lead, LeadStatus, LostReason, Role, Source, User

RAW_MOST, WIRE_MOST = 100_000, 20_000
LEVEL = 5  # of gzip, as deploy/nginx.conf packs
NAMES = (
    "Айгерім", "Марина", "Бауыржан", "Константин", "Гүлнұр", "Сергей", "Мәдина", "Дмитрий", "Әсел", "Наталья", "Ерлан",
    "Екатерина", "Нұрсұлтан", "Виктор", "Жанар", "Ольга", "Қайрат", "Тимур", "Ақбота", "Игорь",
)  # fmt: skip
SURNAMES = (
    "Төлегенова", "Ким", "Сагинтаев", "Преображенский", "Әбілқасымов", "Иванова", "Нұрмағамбетов", "Пак", "Сулейменова",
    "Оспанов", "Жұмабаева", "Черненко", "Ахметов", "Бекмұхамедова", "Ли", "Қасымқызы", "Юн", "Рахимжанов",
)  # fmt: skip
TOWNS = ("Алматы", "Караганда", "Талгар", "Усть-Каменогорск", "Конаев", "Петропавловск", "Каскелен", None)
OBJECTS = ("дом", "квартира", "офис", "баня", "детский сад", "коттедж", "кровля", "кафе")
PEOPLE = ("Данияр Ахметов", "Айгуль Сейтова", "Тимур Оспанов", "Жанна Ким", "Мәдина Әбенова")


def lead(number: int, dice: random.Random, people: list[int]) -> Lead:
    """One of the 2,000, with badges as they come: called back late, hot, of another language, silent, back again."""
    digits = f"7{dice.choice(('01', '05', '07', '47', '71', '77'))}{dice.randrange(10**7):07d}"
    status = dice.choice(list(LeadStatus))
    now = utcnow()
    return Lead(
        status=status,
        lost_reason=dice.choice(list(LostReason)) if status is LeadStatus.LOST else None,
        source=dice.choice((Source.WIDGET, Source.TELEGRAM, Source.API, Source.MANUAL)),
        name=f"{dice.choice(NAMES)} {dice.choice(SURNAMES)}" if number % 12 else None,
        phone=f"8{digits}", phone_e164=f"+7{digits}",
        city=dice.choice(TOWNS), object_type=dice.choice(OBJECTS), area=f"{dice.randrange(30, 400)} м²",
        language=dice.choice(("ru", "ru", "kk", "en")), contact_by=dice.choice((None, None, "whatsapp", "message")),
        is_complaint=not number % 31, is_withdrawn=not number % 37, is_urgent=not number % 11, is_hot=not number % 3,
        assignee_id=dice.choice(people), task_at=now + timedelta(hours=dice.randrange(-90, 90)) if number % 2 else None,
        created_at=now - timedelta(minutes=dice.randrange(60 * 24 * 60)), rank=number * 10**6,
    )  # fmt: skip


@pytest.fixture
def busy(app: Flask, almaty: Web, api_almaty: Api) -> Web:
    """The company with its people, its leads and a full hot lane."""
    for number in range(25):
        api_almaty.say(f"hot-{number}", f"Хочу построить дом {100 + number} м² в Алматы, сколько это будет стоить?")
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        mine = {"hashed_password": "-", "role": Role.MANAGER}
        people = [
            User(email=f"p{at}@a.kz", email_key=f"p{at}@a.kz", name=name, **mine) for at, name in enumerate(PEOPLE)
        ]
        db.session.add_all(people)
        db.session.flush()
        dice, ids = random.Random(7), [person.id for person in people]
        db.session.add_all(lead(number, dice, ids) for number in range(2000))
        db.session.commit()
    return almaty


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_a_board_of_2000_leads_is_light(
    busy: Web, language: str, record_property: Callable[[str, object], None]
) -> None:
    busy.post("/language", {"language": language, "next": "/board"})
    page = busy.get("/board").data
    packed = len(gzip.compress(page, LEVEL))
    record_property("measured", f"{language}: {len(page):,} bytes, {packed:,} on the wire")
    assert page.count(b"data-lead-id") == 100 and page.count(b'<p class="badges">') > 80
    assert page.count(b'class="hot-card"') == 20
    assert len(page) <= RAW_MOST and packed <= WIRE_MOST, (len(page), packed)
