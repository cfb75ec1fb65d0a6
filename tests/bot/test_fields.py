"""The table of fields: a field of a test's own, a trade's and a company's question are asked, understood and shown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from collecting import over
from conftest import Api, Web
from doubles import OpenAIDouble
from doubles.model import register
from flask import Flask
from importing import bring
from sqlalchemy import select
from talking import COMPANY, Talk
from turns import turn

from leadbot import fields
from leadbot.bot import company_settings, publishing
from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.engines.grounding import grounded
from leadbot.engines.openai import Access, OpenAIEngine
from leadbot.engines.privacy import Placeholders
from leadbot.engines.prompt import system_prompt
from leadbot.engines.rules.dialogue.qualifier import Rules
from leadbot.engines.tools import read_arguments, tools
from leadbot.engines.wording import asked_in
from leadbot.fields import EVERYWHERE, TABLE, Field, Origin, own_field
from leadbot.models import Delivery, Evidence
from leadbot.texts import trades

HEATING = {
    "key": "q_heating",
    "text": {"ru": "Какое нужно отопление?", "kk": "Қандай жылыту керек?", "en": "What heating do you need?"},
    "label": {"ru": "Отопление", "kk": "Жылыту", "en": "Heating"},
    "chips": {"ru": ["Газ", "Электричество"], "kk": ["Газ", "Электр"]},
    "required": True,
}
ORDER = ["object_type", "city", "q_heating", "area"]


@pytest.fixture
def deadline(monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    """A field that no company has: it is in the table for one test."""
    row = Field(
        "deadline", is_free=True, shows=EVERYWHERE,
        question={"ru": "К какому сроку нужно?", "kk": "Қай мерзімге керек?"},
        label={"ru": "Срок", "kk": "Мерзім", "en": "Deadline"}, told="By when it must be done",
    )  # fmt: skip
    monkeypatch.setattr(fields, "TABLE", TABLE.and_(row))
    yield row
    monkeypatch.undo()
    assert "deadline" not in fields.TABLE


def connect(app: Flask, api: Api) -> None:
    with app.app_context():
        tenancy.act_for(api.company_id)
        company_settings.company().telegram_chat_id = "-100"
        db.session.commit()


def notice(app: Flask, api: Api) -> str:
    with app.app_context():
        tenancy.act_for(api.company_id)
        return db.session.scalars(select(Delivery).where(Delivery.event == "lead.created")).one().text


def exported(web: Web) -> dict[str, str]:
    rows = list(
        csv.reader(io.StringIO(web.get("/leads/export.csv").get_data().decode("utf-8-sig"), newline=""), delimiter=";")
    )
    return dict(zip(rows[0], rows[1], strict=True))


def test_a_registered_field_goes_all_the_way(app: Flask, almaty: Web, api_almaty: Api, deadline: Field) -> None:
    connect(app, api_almaty)
    asked = api_almaty.patch("/api/settings", json={"order": ["object_type", "city", "deadline"]})
    assert asked.status_code == 200, asked.text
    say = lambda text: str(api_almaty.say("client", text)["response"])  # noqa: E731
    say("нужна баня")
    assert "К какому сроку нужно?" in say("Алматы, участок есть")
    assert "зовут" in say("к осени, если успеете")
    say("Болат, 87010000001")
    [lead] = api_almaty.get("/api/leads").json["leads"]
    assert lead["details"]["deadline"] == "к осени, если успеете"
    assert api_almaty.get(f"/api/leads/{lead['id']}").json == lead
    assert "Срок: к осени, если успеете" in notice(app, api_almaty)
    assert exported(almaty)["Срок"] == "к осени, если успеете"
    for page in (f"/leads/{lead['id']}", "/board"):
        assert "осени, если успеете" in almaty.get(page).text, page
    [tool, _] = tools(registered=False, table=fields.TABLE)
    assert tool["function"]["parameters"]["properties"]["deadline"]["description"] == deadline.told


def test_a_row_of_the_table_reaches_the_card_by_where_it_shows(
    app: Flask, almaty: Web, api_almaty: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = replace(TABLE["budget"], shows=EVERYWHERE)
    monkeypatch.setattr(fields, "TABLE", fields.Fields(shown if row.key == "budget" else row for row in TABLE))
    api_almaty.say("client", "Хочу баню в Алматы, участок есть, 40 кв, бюджет 9 млн. Болат, 87010000001")
    assert "9 млн" in almaty.get("/board").text.replace("\u00a0", " ")
    assert exported(almaty)["Бюджет"].replace("\u00a0", " ").startswith("9 млн")


def test_a_company_asks_a_question_of_its_own(app: Flask, almaty: Web, api_almaty: Api) -> None:
    connect(app, api_almaty)
    changed = api_almaty.patch("/api/settings", json={"questions": [HEATING], "order": ORDER})
    assert changed.status_code == 200, changed.text
    assert changed.json["questions"] == [HEATING] and changed.json["order"] == ORDER
    say = lambda text: str(api_almaty.say("client", text)["response"])  # noqa: E731
    say("Хочу построить дом")
    assert "Какое нужно отопление?" in say("Алматы, участок есть")
    assert "Спрошу ещё раз, можно ответить коротко: какое нужно отопление?" in say("а сколько это стоит?")
    assert "площадь" in say("газ").lower()
    say("150")
    say("Болат, 87010000001")
    [lead] = api_almaty.get("/api/leads").json["leads"]
    assert lead["details"]["q_heating"] == "Газ"
    assert "Отопление: Газ" in lead["summary"] and notice(app, api_almaty).count("Отопление: Газ") == 1
    assert exported(almaty)["Отопление"] == "Газ"
    page = almaty.get(f"/leads/{lead['id']}").text
    assert "Отопление" in page and "Газ" in page
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        assert db.session.scalars(select(Evidence.quote).where(Evidence.field == "q_heating")).one() == "газ"


def test_a_question_that_is_asked_no_longer_keeps_its_answers(almaty: Web, api_almaty: Api) -> None:
    api_almaty.patch("/api/settings", json={"questions": [HEATING], "order": ORDER})
    for text in ("Хочу баню", "Алматы, участок есть", "электричество", "40 кв", "Болат, 87010000001"):
        api_almaty.say("client", text)
    assert api_almaty.patch("/api/settings", json={"questions": []}).json["questions"] == []
    [lead] = api_almaty.get("/api/leads").json["leads"]
    page = almaty.get(f"/leads/{lead['id']}").text
    assert "Отопление" in page and "Электричество" in page
    api_almaty.say("other", "Хочу дом в Астане, участок есть")
    assert "отопление" not in str(api_almaty.say("other", "150 кв")["response"])


@pytest.mark.parametrize(
    ("questions", "field"),
    [
        ("text", "questions"),
        ([HEATING | {"key": f"q_{n}", "text": {"ru": f"Вопрос {n}?"}} for n in range(11)], "questions"),
        ([{"text": {"ru": ""}}], "questions.0.text.ru"),
        ([{"text": {"de": "Was?"}}], "questions.0.text.de"),
        ([{"text": {"ru": "А" * 141}}], "questions.0.text.ru"),
        ([HEATING | {"key": "phone"}], "questions.0.key"),
        ([HEATING | {"required": "да"}], "questions.0.required"),
        ([HEATING | {"chips": {"ru": [str(n) for n in range(7)]}}], "questions.0.chips.ru"),
        ([HEATING | {"order": 1}], "questions.0.order"),
        ([HEATING, HEATING], "questions.1.text"),
        ([{"text": "Есть газ?"}, {"text": {"ru": "есть газ?"}}], "questions.1.text"),
    ],
)
def test_a_wrong_question_is_refused_by_name(api_almaty: Api, questions: object, field: str) -> None:
    answer = api_almaty.patch("/api/settings", json={"questions": questions})
    assert answer.status_code == 422
    assert [".".join(map(str, fault["loc"][1:])) for fault in answer.json["detail"]] == [field], answer.text
    assert api_almaty.get("/api/settings").json["questions"] == []


def test_an_order_names_nothing_that_is_not_there(api_almaty: Api) -> None:
    assert api_almaty.patch("/api/settings", json={"order": ["q_heating"]}).status_code == 422
    api_almaty.patch("/api/settings", json={"questions": [HEATING]})
    assert api_almaty.patch("/api/settings", json={"order": ["q_heating"]}).status_code == 200


def test_a_question_sent_twice_without_a_key_is_one(api_almaty: Api) -> None:
    bare = {"questions": [{"text": "Есть газ?"}]}
    keys = {api_almaty.patch("/api/settings", json=bare).json["questions"][0]["key"] for _ in range(2)}
    assert len(keys) == 1 and keys.pop().startswith("q_")


def test_braces_and_a_sign_of_a_question_are_data() -> None:
    row = own_field({"key": "q_a", "text": {"ru": "Нужен {phone}?"}}, Origin.COMPANY)
    talk = Talk(replace(COMPANY, fields=TABLE.and_(row), order=("q_a",)))
    assert "Нужен {phone}?" in talk.say("добрый день, нужна баня")


@over([
        ("газ", "Газ"), ("ГАЗ.", "Газ"), ("тёплый пол и котёл", "тёплый пол и котёл"), ("2015", "2015"),
        ("3 этажа, так что газ", "3 этажа, так что газ"), ("не знаю", None), ("а какое лучше?", None),
        ("не скажу", None), ("газ, Болат 87010000001", "газ"),
    ])  # fmt: skip
def test_an_answer_is_the_clients_own_words(said: str, value: str | None) -> None:
    table = TABLE.and_(own_field(HEATING, Origin.COMPANY))
    talk = Talk(replace(COMPANY, fields=table, order=("object_type", "city", "q_heating")))
    talk.say("Хочу ремонт квартиры в Алматы")
    assert talk.asked == "q_heating"
    talk.say(said)
    assert talk.value("q_heating") == value
    assert talk.value("area") is None


def test_a_trade_brings_a_question_by_its_file_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sauna = {
        "like": "construction", "key": "sauna", "name": {"ru": "Бани", "kk": "Моншалар", "en": "Saunas"},
        "order": ["object_type", "stove"],
        "fields": [{"key": "stove", "text": {"ru": "Какая печь?", "kk": "Пеш қандай?", "en": "Which stove?"},
                    "label": {"ru": "Печь", "kk": "Пеш", "en": "Stove"}, "chips": {"ru": ["Дровяная"]}}],
    }  # fmt: skip
    for file in trades.FOLDER.glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "sauna.json").write_text(json.dumps(sauna))
    monkeypatch.setattr(trades, "FOLDER", tmp_path)
    kept = (trades.names, trades.load, trades._data, trades._toned)
    for cached in kept:
        cached.cache_clear()
    try:
        table = TABLE.and_(*trades.setup_of("sauna").fields)
        talk = Talk(replace(COMPANY, setup="sauna", fields=table))
        assert talk.say("нужна баня").endswith("Какая печь?")
        talk.say("на дровах")
        talk.say("Болат, 87010000001")
        lead = talk.lead()
        assert lead is not None and lead.details["stove"] == "на дровах"
        assert "Печь: на дровах" in lead.summary
    finally:
        for cached in kept:
            cached.cache_clear()


def test_a_model_is_told_of_a_question_and_may_answer_it_in_the_clients_words() -> None:
    table = TABLE.and_(own_field(HEATING, Origin.COMPANY))
    company = replace(COMPANY, fields=table, order=("object_type", "q_heating"))
    asked = turn("Дом в Алматы, топить думаем газом от баллона", company=company)
    reading = Rules().decide(asked)
    assert "q_heating («Какое нужно отопление?»)" in system_prompt(asked, reading, Placeholders([], None))
    [tool, _] = tools(registered=False, table=table)
    assert "q_heating" in tool["function"]["parameters"]["properties"]
    assert read_arguments('{"q_heating": "газ"}', table) == {"q_heating": "газ"}
    assert read_arguments('{"q_heating": "газ"}') == {}
    assert grounded({"q_heating": "газ от баллона"}, asked)["q_heating"]["quote"] == "газом от баллона"
    assert grounded({"q_heating": "тёплый пол"}, asked) == {}
    assert asked_in("Понятно. Какое нужно отопление?", company) == "q_heating"


def test_what_is_asked_no_longer_is_no_longer_told_to_a_model() -> None:
    table = TABLE.and_(own_field(HEATING | {"asked": False}, Origin.COMPANY))
    assert "q_heating" not in tools(registered=False, table=table)[0]["function"]["parameters"]["properties"]


def test_keys_of_the_table_are_none_of_a_companys() -> None:
    assert not [row.key for row in TABLE if row.key.startswith(fields.OWN_PREFIX)]
    assert not [row.key for row in TABLE if len(row.key) > fields.KEY_MOST or not row.told]
    for name in trades.names():
        assert not {row.key for row in trades.load(name).fields} & set(TABLE.keys)


def test_a_draft_rehearses_and_a_version_keeps_the_questions(app: Flask, almaty: Web, api_almaty: Api) -> None:
    api_almaty.patch("/api/settings", json={"questions": [HEATING]})
    api_almaty.patch("/api/settings", json={"questions": []})
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        newest, before, *_ = publishing.versions()
        assert (newest.values["questions"], before.values["questions"]) == ([], [HEATING])


def test_details_are_written_over_by_key(api_almaty: Api) -> None:
    api_almaty.patch("/api/settings", json={"questions": [HEATING]})
    api_almaty.say("client", "Хочу баню 40 кв в Алматы, 3 комнаты. Болат, 87010000001")
    [lead] = api_almaty.get("/api/leads").json["leads"]
    path = f"/api/leads/{lead['id']}"
    changed = api_almaty.patch(path, json={"details": {"q_heating": "Газ", "rooms": None}})
    assert changed.status_code == 200, changed.text
    assert changed.json["details"] | {"q_heating": "Газ", "rooms": ""} == changed.json["details"]
    for wrong in ({"details": {"q_none": "?"}}, {"details": {"name": "Иван"}}, {"details": {"rooms": 3}}):
        assert api_almaty.patch(path, json=wrong).status_code == 422
    assert api_almaty.get(path).json == changed.json


def test_an_exported_answer_comes_back_from_the_file(app: Flask, almaty: Web, api_almaty: Api) -> None:
    api_almaty.patch("/api/settings", json={"questions": [HEATING]})
    bring(app, almaty, "Телефон,Имя,Отопление\n87010000002,Айгуль,Газ\n".encode())
    [lead] = api_almaty.get("/api/leads").json["leads"]
    assert lead["details"] == {"q_heating": "Газ"}


def test_a_column_is_known_by_what_its_row_says_others_call_it(
    app: Flask, almaty: Web, api_almaty: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Field("ceiling", is_free=True, shows=EVERYWHERE, label={"ru": "Высота"}, headers=("Потолки",))
    monkeypatch.setattr(fields, "TABLE", TABLE.and_(row))
    bring(app, almaty, "Телефон,Имя,Потолки\n87010000002,Айгуль,3.1\n".encode())
    [lead] = api_almaty.get("/api/leads").json["leads"]
    assert lead["details"] == {"ceiling": "3.1"}


@over([(True, 2), (False, 1)], "is_required, times", name=str)
def test_a_trades_question_is_asked_again_only_where_it_is_required(is_required: bool, times: int) -> None:
    row = own_field(HEATING | {"key": "heating", "required": is_required}, Origin.TRADE)
    talk = Talk(replace(COMPANY, fields=TABLE.and_(row), order=("object_type", "heating")))
    answers = [talk.say(text) for text in ("Хочу баню", "а сколько это стоит?", "а гарантия есть?", "ясно")]
    assert sum("какое нужно отопление" in answer.lower() for answer in answers) == times


@over(["Не знаю", "не знаю", "Білмеймін", "без разницы"], "text", name=str)
def test_not_to_know_is_no_answer_be_it_a_quick_reply(text: str) -> None:
    chips = {"ru": ["Газ", "Не знаю"], "kk": ["Газ", "Білмеймін"]}
    talk = Talk(replace(COMPANY, fields=TABLE.and_(own_field(HEATING | {"chips": chips}, Origin.COMPANY)),
                        order=("object_type", "q_heating")))  # fmt: skip
    talk.say("Хочу баню")
    talk.say(text)
    assert "q_heating" not in talk.known["facts"]


def test_a_second_object_takes_nothing_of_the_first_ones_rows() -> None:
    assert TABLE.of_object == {
        "object_type", "city", "area", "plot", "rooms", "floors", "work", "materials", "budget",
    }  # fmt: skip


def test_what_a_model_hears_is_kept_where_the_client_has_said_it() -> None:
    company = replace(
        COMPANY, fields=TABLE.and_(own_field(HEATING, Origin.COMPANY)), order=("object_type", "q_heating")
    )
    with OpenAIDouble() as server:
        engine = OpenAIEngine(Access("key", server.base_url, 9), "scripted", Rules())
        server.then(register(q_heating="газовое отопление"))
        said = turn("Хочу баню в Алматы, газовое отопление", company=company)
        assert engine.decide(said).known["facts"]["q_heating"]["quote"] == "газовое отопление"
        sent = server.requests[0].json
        assert "q_heating" in sent["tools"][0]["function"]["parameters"]["properties"]
        server.then(register(q_heating="тёплый пол"))
        assert "q_heating" not in engine.decide(turn("Хочу баню в Алматы", company=company)).known["facts"]
