"""Ready answers: kept by the company, filled from the talk, put into the message without a script too."""

from __future__ import annotations

import re

import pytest
from conftest import Api, Web, contract_dialogue

ANSWERS = "/settings/conversations/answers"


@pytest.fixture
def answer(almaty: Web) -> str:
    """The address of an answer with places in it."""
    texts = {
        "text_ru": "Здравствуйте, {name}! Я {manager}, {company}.",
        "text_kk": "Сәлеметсіз бе, {name}! Қала: {city}.",
    }
    made = almaty.post(ANSWERS, {"title": "Приветствие", **texts})
    assert made.status_code == 303
    return f"{ANSWERS}/{made.location.rpartition('-')[2]}"


def offered(almaty: Web, talk: int) -> list[str]:
    """What the list below the talk would put in."""
    almaty.post(f"/conversations/{talk}/take")
    return re.findall(r'data-text="([^"]*)"', almaty.get(f"/conversations/{talk}").text)


def test_places_are_filled_from_the_talk(almaty: Web, api_almaty: Api, answer: str) -> None:
    contract_dialogue(api_almaty)
    assert offered(almaty, 1) == ["Здравствуйте, Канат! Я менеджер, СтройКомпания Алматы."]


def test_a_place_with_nothing_to_put_in_leaves_no_hole(almaty: Web, api_almaty: Api, answer: str) -> None:
    api_almaty.say("client_1", "Хочу дом")
    almaty.post(ANSWERS, {"title": "Рассрочка", "text_ru": "{name}, рассрочка есть. {name}, звоните: {phone}"})
    assert offered(almaty, 1) == ["Здравствуйте! Я менеджер, СтройКомпания Алматы.", "Рассрочка есть. Звоните:"]


def test_the_client_is_answered_in_his_language(almaty: Web, api_almaty: Api, answer: str) -> None:
    api_almaty.say("client_1", "Астанада үй салғым келеді")
    assert offered(almaty, 1) == ["Сәлеметсіз бе! Қала: Астана."]


def test_without_a_script_the_button_puts_it_behind_what_is_typed(almaty: Web, api_almaty: Api, answer: str) -> None:
    contract_dialogue(api_almaty)
    almaty.post("/conversations/1/take")
    before = api_almaty.get("/api/leads/1/messages").text
    page = almaty.post("/conversations/1/insert", {"text": "Да", "answer": answer.rpartition("/")[2]}).text
    assert re.search(r"<textarea[^>]*>Да\nЗдравствуйте, Канат!", page)
    assert api_almaty.get("/api/leads/1/messages").text == before, "nothing is sent"
    assert ">Да</textarea>" in almaty.post("/conversations/1/insert", {"text": "Да", "answer": "x"}).text


def test_an_answer_is_changed_and_removed(almaty: Web, answer: str) -> None:
    almaty.post(answer, {"title": "Рассрочка", "text_en": "Yes & no"})
    page = almaty.get("/settings/conversations").text
    assert "Рассрочка" in page and "Yes &amp; no" in page and "Приветствие" not in page
    almaty.post(f"{answer}/remove")
    assert "Рассрочка" not in almaty.get("/settings/conversations").text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"title": "", "text_ru": "Есть"}, "Заполните это поле"),
        ({"title": "x", "text_ru": " "}, "Напишите ответ хотя бы на одном языке"),
        ({"title": "x" * 81, "text_ru": "Есть"}, "80"),
        ({"title": "x", "text_kk": "я" * 2001}, "2000"),
        ({"title": "x", "text_ru": "Цена {price}"}, "Подстановки {price} нет"),
        ({"title": "x", "text_ru": "{name.__class__}"}, "Подстановки {name.__class__} нет"),
    ],
)
def test_what_is_wrong_is_said_and_kept(almaty: Web, form: dict[str, str], words: str) -> None:
    page = almaty.post(ANSWERS, form)
    assert page.status_code == 422
    assert words in page.text.replace("\u00a0", " ")
    kept = next(value for key, value in form.items() if key.startswith("text"))
    assert f">{kept}</textarea>" in page.text
    assert 'aria-invalid="true"' in page.text


def test_there_is_an_end_to_them(almaty: Web) -> None:
    codes = {almaty.post(ANSWERS, {"title": f"Ответ {n}", "text_ru": "Да"}).status_code for n in range(100)}
    assert codes == {303}
    assert almaty.post(ANSWERS, {"title": "Ещё", "text_ru": "Да"}).status_code == 422


def test_another_company_has_answers_of_its_own(almaty: Web, astana: Web, api_astana: Api, answer: str) -> None:
    assert "Приветствие" not in astana.get("/settings/conversations").text
    api_astana.say("client_1", "Хочу дом")
    talk = re.search(r'data-talk-row="(\d+)"', astana.get("/conversations").text).group(1)
    assert offered(astana, int(talk)) == []
    assert astana.post(answer, {"title": "x", "text_ru": "x"}).status_code == 404
