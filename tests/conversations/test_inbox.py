"""The inbox: what is unread for whom, what is found, what waits, and that 2,000 talks cost as much as 100."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from collecting import over
from conftest import Api, Later, Web, contract_dialogue, log_in_web
from counting import statements
from flask import Flask

from leadbot.database import tenancy
from leadbot.database.session import db, utcnow
from leadbot.models import Author, BotUser, Conversation, Message, Source, User

HTMX = {"HX-Request": "true"}


def put_talks(app: Flask, company_id: int, count: int, text: str = "Хочу дом") -> None:
    """Talks of one line each, one a minute, the last one newest."""
    with app.app_context():
        tenancy.act_for(company_id)
        begin = utcnow() - timedelta(days=3)
        for number in range(count):
            at = begin + timedelta(minutes=number)
            client = BotUser(source=Source.API, client_ref=f"put-{number}")
            db.session.add(client)
            db.session.flush()
            talk = Conversation(
                bot_user_id=client.id, source=Source.API, message_count=1, client_seq=1, client_at=at,
                last_message_at=at, language="ru",
            )  # fmt: skip
            db.session.add(talk)
            db.session.flush()
            db.session.add(Message(conversation_id=talk.id, seq=1, author=Author.CLIENT, text=f"{text} {number}"))
        db.session.commit()


def rows(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'data-talk-row="(\d+)"', html)]


def waits(html: str) -> int:
    """What the rail says: how many talks wait for a human."""
    found = re.search(r'id="unread"[^>]*data-unread="(\d+)"', html)
    assert found
    return int(found.group(1))


def marks(html: str) -> dict[int, int]:
    """How many lines are unread, by talk."""
    pieces = re.findall(r'data-talk-row="(\d+)".*?class="unseen">(?:<span class="count new">(\d+))?', html, re.DOTALL)
    return {int(talk): int(count) for talk, count in pieces if count}


# --- unread ----------------------------------------------------------------------------------------------------------


def test_what_clients_write_is_unread_until_somebody_looks(almaty: Web, aigul: Web, api_almaty: Api) -> None:
    for text in ("Хочу дом", "Алматы"):
        api_almaty.say("client_1", text)
    page = almaty.get("/conversations").text
    assert (waits(page), marks(page)) == (0, {1: 2}), "the bot has answered: nobody waits"
    assert almaty.get("/conversations/1").status_code == 200
    assert marks(almaty.get("/conversations").text) == {1: 2}, "a GET writes nothing"
    almaty.post("/conversations/1/read", {"seq": "4"}, headers=HTMX)
    assert marks(almaty.get("/conversations").text) == {}
    assert marks(aigul.get("/conversations").text) == {1: 2}, "each person reads for himself"


def test_only_what_was_seen_is_read(almaty: Web, api_almaty: Api) -> None:
    api_almaty.say("client_1", "Хочу дом")
    api_almaty.say("client_1", "Алматы")
    almaty.post("/conversations/1/read", {"seq": "2"})
    assert marks(almaty.get("/conversations").text) == {1: 1}
    almaty.post("/conversations/1/read", {"seq": "1"})
    assert marks(almaty.get("/conversations").text) == {1: 1}, "a late answer of another tab takes nothing back"
    almaty.post("/conversations/1/read", {"seq": str(10**30)})
    assert marks(almaty.get("/conversations").text) == {}
    api_almaty.say("client_1", "150 квадратов")
    assert marks(almaty.get("/conversations").text) == {1: 1}


def test_everything_can_be_marked_as_read(almaty: Web, api_almaty: Api) -> None:
    for number in range(3):
        api_almaty.say(f"client_{number}", "Хочу дом")
    assert "Отметить всё прочитанным" in almaty.get("/conversations?show=unread").text
    assert almaty.post("/conversations/read").status_code == 303
    assert rows(almaty.get("/conversations?show=unread").text) == []
    api_almaty.say("client_2", "Алматы")
    assert rows(almaty.get("/conversations?show=unread").text) == [3]


def test_who_comes_later_begins_with_nothing_unread(app: Flask, almaty: Web, api_almaty: Api, later: Later) -> None:
    api_almaty.say("client_1", "Хочу дом")
    later(days=1)
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        owner = db.session.query(User).one()
        db.session.add(User(email="new@almaty.kz", email_key="new@almaty.kz", hashed_password=owner.hashed_password))
        db.session.commit()
    newcomer = log_in_web(app, "new@almaty.kz")
    assert marks(newcomer.get("/conversations").text) == {}


def test_ones_own_test_talks_and_answers_are_not_unread(almaty: Web, api_almaty: Api) -> None:
    almaty.post("/chat", {"text": "Хочу дом"})
    assert marks(almaty.get("/conversations").text) == {}
    api_almaty.say("client_1", "Хочу дом")
    talk = rows(almaty.get("/conversations").text)[0]
    almaty.post(f"/conversations/{talk}/take")
    assert marks(almaty.get("/conversations").text) == {}, "who answers has read"


def test_the_rail_counts_who_waits_for_a_human(almaty: Web, aigul: Web, api_almaty: Api) -> None:
    assert 'data-unread=""' in almaty.get("/board").text, "other pages ask by themselves"
    api_almaty.say("client_1", "Позовите менеджера")
    page = aigul.get("/conversations").text
    assert waits(page) == 1
    assert "<title>(1) Диалоги" in page
    assert waits(almaty.get("/conversations/unread?n=0", headers=HTMX).text) == 1
    assert almaty.get("/conversations/unread?n=1", headers=HTMX).status_code == 204
    almaty.post("/conversations/1/take")
    assert waits(almaty.get("/conversations").text) == 0
    api_almaty.say("client_1", "Когда приедете?")
    both = [waits(each.get("/conversations").text) for each in (almaty, aigul)]
    assert both == [1, 0], "who holds the talk is waited for"
    almaty.post("/conversations/1/messages", {"text": "Завтра"})
    assert waits(almaty.get("/conversations").text) == 0


# --- the list --------------------------------------------------------------------------------------------------------


LISTS = ("/conversations", "/conversations?show=unread", "/conversations?q=дом", "/conversations/5")


def test_2000_talks_take_as_many_statements_as_100(app: Flask, almaty: Web) -> None:
    put_talks(app, almaty.company_id, 100)
    few = [len(asked) for asked, _ in look(app, almaty)]
    put_talks_more(app, almaty.company_id, 1900)
    many = list(look(app, almaty))
    assert [len(asked) for asked, _ in many] == few
    assert max(few) <= 13
    assert [len(rows(page)) for _, page in many] == [100] * len(LISTS)


def look(app: Flask, web: Web) -> Iterator[tuple[list[str], str]]:
    """What each list asked, and its page."""
    for query in LISTS:
        there = web.get(query).location or query  # what is looked for stands veiled in the address
        with statements(app) as asked:
            page = web.get(there).text
        yield asked, page


def put_talks_more(app: Flask, company_id: int, count: int) -> None:
    """In bulk: the same talks again under other names."""
    with app.app_context():
        tenancy.act_for(company_id)
        at = utcnow()
        clients = [BotUser(source=Source.API, client_ref=f"more-{number}") for number in range(count)]
        db.session.add_all(clients)
        db.session.flush()
        talks = [
            Conversation(
                bot_user_id=client.id, source=Source.API, message_count=1, client_seq=1, client_at=at,
                last_message_at=at,
            )
            for client in clients
        ]  # fmt: skip
        db.session.add_all(talks)
        db.session.flush()
        db.session.add_all(
            Message(conversation_id=talk.id, seq=1, author=Author.CLIENT, text="Хочу дом") for talk in talks
        )
        db.session.commit()


def test_a_poll_with_nothing_new_takes_three_statements(app: Flask, almaty: Web, api_almaty: Api, later: Later) -> None:
    api_almaty.say("client_1", "Хочу дом")
    later(seconds=6)
    live = live_of(almaty.get("/conversations").text)
    with statements(app) as said:
        assert almaty.get(live, headers=HTMX).status_code == 204
    assert len(said) <= 3
    later(seconds=64)
    assert almaty.get(live, headers=HTMX).status_code == 200, "ages go on"


def live_of(html: str) -> str:
    found = re.search(r'hx-get="(/conversations/live[^"]+)"', html)
    assert found
    return found.group(1).replace("&amp;", "&")


def test_more_than_a_hundred_come_by_more_and_none_is_lost(app: Flask, almaty: Web, api_almaty: Api) -> None:
    put_talks(app, almaty.company_id, 250)
    page = almaty.get("/conversations").text
    shown = rows(page)
    assert shown == list(range(250, 150, -1))
    more = re.search(r'hx-get="(/conversations\?before=[^"]+)"', page).group(1).replace("&amp;", "&")
    api_almaty.say("put-0", "Ещё раз")  # an old talk comes to the top meanwhile
    second = almaty.get(more, headers=HTMX).text
    assert rows(second) == list(range(150, 50, -1))
    live = almaty.get(live_of(page), headers=HTMX).text
    assert rows(live) == [1, *shown], "the top grows, its end stays where it was"
    whole = almaty.get(more).text
    assert rows(whole) == rows(second), "a page of its own without JavaScript"
    assert "К новым" in whole


@over(["x", "1-", "-1", "9" * 40 + "-1", "1-" + "9" * 40, "%00", "1-1-1"], "before")
def test_an_odd_place_in_the_list_shows_a_list(almaty: Web, before: str) -> None:
    assert almaty.get(f"/conversations?before={before}").status_code == 200


def test_talks_are_found_in_any_spelling(almaty: Web, api_almaty: Api) -> None:
    api_almaty.say("client_1", "Үй салғым келеді, ҚАСКЕЛЕҢДЕ")
    contract_dialogue(api_almaty, "client_2")
    api_almaty.say("client_3", "100% нал_ичными, Ёлкин")
    found = {
        "каскелен": [1], "ҮЙ САЛҒЫМ": [1], "уй салгым": [1], "канат": [2], "КАНАТ алматы": [2], "8 776 877 66 37": [2],
        "+7 (776) 877": [2], "6637": [2],
        "канат 8 776": [2], "каскелен 776": [], "87768776637": [2], "елкин": [3], "100%": [3], "л_и": [3], "%": [3],
        "нет такого": [],
    }  # fmt: skip
    for query, ids in found.items():
        assert rows(almaty.get("/conversations", query_string={"q": query}, follow_redirects=True).text) == ids, query


@over(["\x00", "я" * 5000, "' OR 1=1 --", "<script>", "\\", "a b c d e f g h i j"], "query")
def test_an_odd_query_finds_nothing_and_harms_nothing(almaty: Web, api_almaty: Api, query: str) -> None:
    api_almaty.say("client_1", "Хочу дом")
    answer = almaty.get("/conversations", query_string={"q": query}, follow_redirects=True)
    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace("<script src", "")


def test_filters_stand_in_the_address(almaty: Web, aigul: Web, api_almaty: Api) -> None:
    for number in range(1, 5):
        api_almaty.say(f"client_{number}", "Хочу дом")
    almaty.post("/conversations/1/take")
    aigul.post("/conversations/2/take")
    api_almaty.say("client_3", "Позовите менеджера")
    almaty.post("/conversations/4/junk")
    seen = {
        show: rows(almaty.get(f"/conversations?show={show}").text) for show in ("all", "mine", "waiting", "junk", "x")
    }
    assert seen == {"all": [3, 2, 1], "mine": [1], "waiting": [3], "junk": [4], "x": [3, 2, 1]}
    assert 'href="/conversations/1?show=mine"' in almaty.get("/conversations?show=mine").text
    answer = almaty.get("/conversations?show=mine&q=дом&open=1", headers=HTMX, follow_redirects=True)
    assert re.fullmatch(r"/conversations/1\?show=mine&find=[\w-]+", answer.headers["HX-Replace-Url"])


# --- who waits -------------------------------------------------------------------------------------------------------


def test_a_call_shows_at_once_and_with_its_age(almaty: Web, api_almaty: Api, later: Later) -> None:
    api_almaty.say("client_1", "Хочу дом")
    later(seconds=10)
    live = live_of(almaty.get("/conversations").text)
    api_almaty.say("client_1", "Позовите менеджера")
    later(minutes=4)
    shown = almaty.get(live, headers=HTMX).text
    assert "Зовёт менеджера · 4\u00a0мин" in shown
    assert re.search(r'show=waiting"[^>]*><span>Ждут менеджера <span class="count warn">1<', shown)
    almaty.post("/conversations/1/take")
    assert "Зовёт менеджера" not in almaty.get("/conversations").text


def test_a_call_can_be_settled_without_taking_the_talk(almaty: Web, api_almaty: Api) -> None:
    api_almaty.say("client_1", "Позовите менеджера")
    assert "Клиент зовёт менеджера" in almaty.get("/conversations/1").text
    assert almaty.post("/conversations/1/settle").status_code == 303
    assert "Клиент зовёт менеджера" not in almaty.get("/conversations/1").text
