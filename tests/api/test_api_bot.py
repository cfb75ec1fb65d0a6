"""The bot over the API: PATCH /api/settings publishes what it says at once, and another trade's company can be made."""

from __future__ import annotations

import json

from conftest import Api
from flask import Flask

from leadbot.bot import publishing
from leadbot.database import tenancy

FURNITURE = {
    "setup": "furniture",
    "greeting": {"ru": "Здравствуйте! Делаем мебель.", "kk": "Сәлеметсіз бе! Жиһаз жасаймыз."},
    "chips": {"ru": ["Кухня", "Шкаф"]},
    "objects": ["барная стойка"],
    "order": ["object_type", "materials", "city", "contact", "budget"],
    "optional": ["budget"],
    "facts": [
        {"topic": "price", "text": {"ru": "Кухня от 180 000 ₸ за метр."}},
        {"topic": "showroom", "text": {"ru": "Образцы стоят на Абая, 10."}, "words": ["образц", "посмотреть"]},
    ],
    "service_area": "Работаем в Алматы и Талгаре.",
    "services": "Делаем кухни и шкафы на заказ.",
    "hours": "пн–пт 09:00–18:00",
    "address": "Абая, 10",
}


def test_another_trades_company_talks_of_its_own_things(api_almaty: Api) -> None:
    answer = api_almaty.patch("/api/settings", json=FURNITURE)
    assert answer.status_code == 200, answer.text
    assert {**answer.json, **FURNITURE, "facts": answer.json["facts"]} == answer.json
    say = lambda text: str(api_almaty.say("client", text)["response"])  # noqa: E731
    assert say("Здравствуйте").startswith("Здравствуйте! Делаем мебель.")
    assert "материал" in say("нужна барная стойка").lower()
    assert "Кухня от 180 000 ₸ за метр." in say("сколько стоит?")
    assert "Образцы стоят на Абая, 10." in say("а где посмотреть образцы?")
    assert "Работаем в Алматы и Талгаре." in say("в каких городах вы работаете?")
    assert "пн–пт 09:00–18:00" in say("часы работы какие?")
    say("МДФ")
    say("Алматы")
    done = api_almaty.say("client", "Болат, 87010000001")
    assert done["function_called"] == "register_lead" and "бюджет" in str(done["response"]).lower()
    lead = api_almaty.get("/api/leads").json["leads"][0]
    assert (lead["object_type"], lead["city"]) == ("барная стойка", "Алматы")


def test_what_get_shows_patch_takes_back(api_almaty: Api) -> None:
    api_almaty.patch("/api/settings", json=FURNITURE)
    shown = api_almaty.get("/api/settings").json
    again = api_almaty.patch("/api/settings", json={key: shown[key] for key in shown if key != "widget_key"})
    assert again.status_code == 200 and again.json == shown


def test_a_text_without_a_language_is_the_companys_own(api_almaty: Api) -> None:
    api_almaty.patch("/api/settings", json={"language": "kk"})
    facts = [{"topic": "price", "text": "Бағасы 100 ₸."}]
    shown = api_almaty.patch("/api/settings", json={"greeting": "Сәлем!", "facts": facts, "chips": ["Үй"]}).json
    assert shown["greeting"] == {"kk": "Сәлем!"} and shown["chips"] == {"kk": ["Үй"]}
    assert shown["facts"][0]["text"] == {"kk": "Бағасы 100 ₸."}


def test_a_patch_is_a_version_and_leaves_a_draft_alone(app: Flask, api_almaty: Api) -> None:
    api_almaty.patch("/api/settings", json={"phone": "8 727"})
    api_almaty.patch("/api/settings", json={"phone": "8 727", "time_zone": "Asia/Oral"})
    with app.app_context():
        tenancy.act_for(api_almaty.company_id)
        assert [one.number for one in publishing.versions()] == [2, 1]
        assert publishing.versions()[0].user is not None


def test_all_that_is_wrong_is_told_and_nothing_is_written(api_almaty: Api) -> None:
    before = api_almaty.get("/api/settings").json
    wrong = {
        "company_name": "", "tone": "rude", "order": ["shoe"], "facts": [{"topic": "", "text": {"ru": ""}}],
        "model": {"base_url": "https://127.0.0.1"}, "phone": "8 727", "unknown": 1,
    }  # fmt: skip
    answer = api_almaty.patch("/api/settings", json=wrong)
    assert answer.status_code == 422
    places = {tuple(fault["loc"]) for fault in answer.json["detail"]}
    fields = {("company_name",), ("tone",), ("order",), ("unknown",), ("model", "base_url")}
    assert places == {("body", *path) for path in fields | {("facts", 0, "topic"), ("facts", 0, "text", "ru")}}
    assert api_almaty.get("/api/settings").json == before


def test_hostile_values_are_refused_and_break_nothing(api_almaty: Api) -> None:
    for value in (None, 1, True, [], {}, [[]], {"ru": 1}, [{}], "\ud800", "a\x00", {"xx": "y"}, ["a"] * 1000):
        for field in (*FURNITURE, "tone", "model", "budget", "token_price", "hide_names", "forbidden", "persona"):
            answer = api_almaty.patch("/api/settings", data=json.dumps({field: value}), content_type="application/json")
            assert answer.status_code in (200, 422), (field, value, answer.text)
            assert api_almaty.get("/api/settings").status_code == 200
    assert api_almaty.say("x", "Здравствуйте")["response"]


def test_a_key_goes_in_and_never_out(app: Flask, api_almaty: Api) -> None:
    answer = api_almaty.patch("/api/settings", json={"model": {"key": "sk-secret-1", "model": "m"}})
    assert answer.status_code == 200 and "sk-secret" not in answer.text
    assert answer.json["model"] == {"model": "m", "has_key": True}
    kept = api_almaty.patch("/api/settings", json={"model": {"model": "n"}})
    assert kept.json["model"] == {"model": "n", "has_key": True}
    gone = api_almaty.patch("/api/settings", json={"model": {"key": "", "model": "n"}})
    assert gone.json["model"] == {"model": "n", "has_key": False}
