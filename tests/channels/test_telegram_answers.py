"""A manager's answer in Telegram reaches the client, and a person says there who he is."""

# ruff: noqa: F811  (fixtures that another file has)

from __future__ import annotations

import re

import pytest
from conftest import Web
from doubles.telegram import TelegramDouble
from flask import Flask
from flask_babel import force_locale
from test_telegram_work import AIGUL, CHAT, DANA, Office, config, office, telegram  # noqa: F401

from leadbot import jobs
from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.channels.workplace import connecting
from leadbot.conversations import chat, hand_off, talks
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Author, Conversation, Message, Source, User
from leadbot.notifications.carriers.telegram import buttons
from leadbot.texts.languages import LANGUAGES
from leadbot.web.wording import REASONS, STAGES


def test_an_answer_to_the_notice_reaches_the_client(office: Office, telegram: TelegramDouble) -> None:
    office.come()
    telegram.write("Здравствуйте! Когда удобно встретиться?", CHAT, "supergroup", sender=DANA, answers=1)
    office.work()
    lines = [(line.author, line.text) for line in chat.lines(talks.get(1))][-2:]
    assert lines == [
        (Author.BOT, "Теперь вам отвечает Дана."), (Author.MANAGER, "Здравствуйте! Когда удобно встретиться?"),
    ]  # fmt: skip
    assert telegram.texts[-1] == "Отправлено клиенту. Бот молчит, отвечаете вы."
    silent = chat.receive(chat.Incoming(Source.WIDGET, "client 87768776637", "Завтра\nв 10")).silent
    office.work()
    assert silent and telegram.texts[-1] == "💬 Канат: Завтра в 10"
    telegram.write("Договорились", CHAT, "supergroup", sender=DANA, answers=3)
    telegram.write("Я тоже тут", CHAT, "supergroup", sender=AIGUL, answers=3)
    telegram.write(None, CHAT, "supergroup", sender=DANA, answers=3)
    telegram.write("Кто я?", CHAT, "supergroup", sender=5, answers=3)
    telegram.write("Просто разговор", CHAT, "supergroup", sender=DANA)
    office.work()
    assert chat.lines(talks.get(1))[-1].text == "Договорились"
    assert [text.split(":")[0] for text in telegram.texts[3:]] == [
        "Диалог уже ведёт Дана", "Отсюда клиенту можно отправить только текст.", "Сначала подключите свой Telegram",
    ]  # fmt: skip


def test_on_a_page_again_the_client_is_not_passed_on(office: Office, telegram: TelegramDouble) -> None:
    office.come()
    telegram.write("Здравствуйте!", CHAT, "supergroup", answers=1)
    office.work()
    hand_off.write(talks.get(1), "Я за столом", by=users.by_email("owner@almaty.kz"))
    told = len(telegram.sent)
    chat.receive(chat.Incoming(Source.WIDGET, "client 87768776637", "Хорошо"))
    office.work()
    assert len(telegram.sent) == told


def test_an_answer_taken_twice_is_written_once(
    office: Office, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.come()
    telegram.write("Здравствуйте!", CHAT, "supergroup", answers=1)
    updates = jobs.carrier_for("telegram").sender.updates(0, 0)
    for _ in range(2):
        with office.app.app_context():
            assert connecting._read(updates[0]) is not None or _ == 1
    assert db.session.query(Message).filter(Message.author == Author.MANAGER).count() == 1


def test_where_no_answer_can_arrive_it_says_so(office: Office, telegram: TelegramDouble) -> None:
    office.come(source=Source.API)
    telegram.write("Здравствуйте!", CHAT, "supergroup", answers=1)
    office.work()
    assert telegram.texts[-1].startswith("Отсюда этому клиенту не ответить")
    assert db.session.query(Conversation).one().handled_by == "bot"


def known(app: Flask, web: Web) -> tuple[int | None, str | None]:
    """Who the company's first person is in Telegram, and which chat is the company's."""
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        return db.session.query(User).one().telegram_id, company_settings.company().telegram_chat_id


def test_a_person_says_who_he_is(app: Flask, almaty: Web, telegram: TelegramDouble) -> None:
    page, codes = "/settings/profile/telegram", []
    for _ in range(2):
        codes += re.findall(r'id="person-code">/start ([\w-]{43})<', almaty.post(page).text)
        assert almaty.get(page, headers={"HX-Request": "true"}).status_code == 204
    telegram.write(f"/start {codes[0]}", 999, sender=999)
    telegram.write(f"/start {codes[1]}", 999, sender=999)
    telegram.write(f"/start {codes[1]}", 5, sender=5)
    jobs.listen(app, 0)
    wrong = "Эта ссылка уже не действует. Вернитесь в Leadbot и нажмите «Подключить» ещё раз."
    assert telegram.texts[::2] == [wrong, wrong] and telegram.texts[1].startswith("Готово, manager: теперь")
    assert known(app, almaty) == (999, None)
    state = almaty.get(page, headers={"HX-Request": "true"})
    assert state.status_code == 286 and "Ваш Telegram подключён" in state.text
    almaty.post(f"{page}/off")
    assert known(app, almaty) == (None, None)


def test_whoever_takes_the_chat_for_himself_is_known_there(app: Flask, almaty: Web, telegram: TelegramDouble) -> None:
    for chat_id, sender, kind in ((31, 31, "private"), (-7, 32, "group")):
        code = re.search(r"/start ([\w-]{43})<", almaty.post("/settings/telegram/code").text)
        assert code
        telegram.write(f"/start {code[1]}", chat_id, kind, sender=sender)
        jobs.listen(app, 0)
        assert known(app, almaty) == (31, str(chat_id))


def test_the_words_are_those_of_the_pages(app: Flask) -> None:
    with app.app_context():
        for language in LANGUAGES:
            with force_locale(language):
                assert {key.value: str(text) for key, text in STAGES.items()} == {
                    key: words[language] for key, words in buttons.STAGES.items()
                }
                assert {key.value: str(text) for key, text in REASONS.items()} == {
                    key: words[language] for key, words in buttons.REASONS.items()
                }
