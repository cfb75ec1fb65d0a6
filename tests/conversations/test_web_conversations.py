"""Conversations: the list, the talk, and a manager who takes it over and gives it back."""

from __future__ import annotations

import re

import pytest
from conftest import Api, Web, contract_dialogue

HTMX = {"HX-Request": "true"}


@pytest.fixture
def talk(api_almaty: Api) -> int:
    """A client who has said what he wants."""
    api_almaty.say("client_1", "Хочу дом в Алматы")
    return 1


def bubbles(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<p class="bubble said"[^>]*data-author="(\w+)"[^>]*>([^<]*)</p>', html)


def test_without_talks_the_page_shows_the_way_to_the_test_chat(almaty: Web) -> None:
    page = almaty.get("/conversations").text
    assert "Диалогов пока нет" in page
    assert 'href="/chat"' in page


def test_the_list_shows_who_said_what_last(almaty: Web, api_almaty: Api, talk: int) -> None:
    contract_dialogue(api_almaty, "client_2")
    page = almaty.get("/conversations").text
    assert page.index("Канат") < page.index("Гость 1")
    assert "Заявка №\u00a01" in page
    assert "Бот: Спасибо, Канат!" in page


def test_a_talk_shows_its_lines_and_what_is_known(almaty: Web, talk: int) -> None:
    page = almaty.get(f"/conversations/{talk}").text
    assert bubbles(page)[0] == ("client", "Хочу дом в Алматы")
    assert re.search(r'data-slot="city"><dt>Город</dt><dd><b>Алматы</b>', page)
    assert re.search(r'data-slot="phone"><dt>Телефон</dt><dd class="missing">не указано', page)


def test_a_manager_takes_over_writes_and_gives_back(almaty: Web, api_almaty: Api, talk: int) -> None:
    taken = almaty.post(f"/conversations/{talk}/take")
    assert (taken.status_code, taken.location) == (303, f"/conversations/{talk}")
    assert "Бот молчит, отвечаете вы" in almaty.get(taken.location).text
    silent = api_almaty.say("client_1", "Вы тут?")
    assert (silent["response"], silent["handled_by"]) == ("", "manager")
    assert almaty.post(f"/conversations/{talk}/messages", {"text": "Да, слушаю вас"}).status_code == 303
    assert almaty.post(f"/conversations/{talk}/return").status_code == 303
    said = bubbles(almaty.get(f"/conversations/{talk}").text)
    assert ("bot", "Теперь вам отвечает менеджер компании СтройКомпания Алматы.") in said
    assert ("manager", "Да, слушаю вас") in said
    assert said[-1][0] == "bot"
    assert api_almaty.say("client_1", "150 квадратов")["response"]


def test_by_htmx_a_line_comes_back_alone_and_once(almaty: Web, talk: int) -> None:
    almaty.post(f"/conversations/{talk}/take")
    form = {"text": "Добрый день", "message_id": "m-1", "after": "3", "state": "manager1"}
    first = almaty.post(f"/conversations/{talk}/messages", form, headers=HTMX)
    assert bubbles(first.text) == [("manager", "Добрый день")]
    assert "<textarea" not in first.text, "what is being typed stays"
    almaty.post(f"/conversations/{talk}/messages", form, headers=HTMX)
    page = almaty.get(f"/conversations/{talk}").text
    assert bubbles(page).count(("manager", "Добрый день")) == 1


def test_nobody_writes_in_a_talk_that_he_has_not_taken(almaty: Web, talk: int) -> None:
    refused = almaty.post(f"/conversations/{talk}/messages", {"text": "Здравствуйте"})
    assert refused.status_code == 409
    assert "Здравствуйте" not in [text for author, text in bubbles(refused.text) if author == "manager"]


@pytest.mark.parametrize("text", ["", "  ", "я" * 4097])
def test_an_empty_or_endless_line_is_refused(almaty: Web, talk: int, text: str) -> None:
    almaty.post(f"/conversations/{talk}/take")
    assert almaty.post(f"/conversations/{talk}/messages", {"text": text}).status_code == 422


def test_polls_are_204_until_something_is_said(almaty: Web, api_almaty: Api, talk: int) -> None:
    page = almaty.get(f"/conversations/{talk}").text
    live = re.search(r'hx-get="(/conversations/live[^"]+)"', page).group(1).replace("&amp;", "&")
    lines = f"/conversations/{talk}/lines?after=2&state=bot"
    assert almaty.get(live, headers=HTMX).status_code == 204
    assert almaty.get(lines, headers=HTMX).status_code == 204
    api_almaty.say("client_1", "Есть участок")
    assert "Гость 1" in almaty.get(live, headers=HTMX).text
    assert bubbles(almaty.get(lines, headers=HTMX).text)[0] == ("client", "Есть участок")


def test_another_company_finds_no_talk(astana: Web, talk: int) -> None:
    for path in ("", "/lines", "/voice/1"):
        assert astana.get(f"/conversations/{talk}{path}").status_code == 404
    for path in ("take", "messages", "return"):
        assert astana.post(f"/conversations/{talk}/{path}", {"text": "x"}).status_code == 404
    assert "Хочу дом" not in astana.get("/conversations").text
