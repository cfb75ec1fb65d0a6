"""What stands on pages is true: whose a lead is, how it came, in whose words, and in the reader's language."""

from __future__ import annotations

import re

from conftest import Api, Web
from flask import Flask
from importing import bring
from making import put_chat

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.leads import records, summaries
from leadbot.models import Conversation, Delivery, Lead, LeadEvent, User
from leadbot.notifications import morning_summary
from leadbot.reports import figures, ledger

CHAT = "Ермек, хочу построить дом 150 м² в Алматы, участок есть, кирпич, звоните завтра после 18:00, 8701{:07}"
FILE = """Телефон;Имя;Дата
87020000001;Айна;
87020000002;Болат;
87020000003;Гульнара;03.11.2026
"""


def lead_of(app: Flask, web: Web, lead_id: int = 1) -> Lead:
    with app.app_context():
        tenancy.act_for(web.company_id or 0)
        return records.get(lead_id)


def came(api: Api, count: int = 1) -> None:
    for number in range(count):
        assert api.say(f"client {number}", CHAT.format(number))["function_called"] == "register_lead"


def test_whoever_does_the_first_thing_with_a_lead_answers_for_it(
    app: Flask, almaty: Web, aigul: Web, api_almaty: Api
) -> None:
    came(api_almaty, 7)
    aigul.post("/leads/1/move", {"status": "measurement", "above": "", "below": ""})
    aigul.post("/leads/2/notes", {"text": "Перезвонить"})
    aigul.post("/conversations/3/take")
    aigul.post("/board/table/move", {"pick": f"4.{lead_of(app, almaty, 4).version}", "status": "estimate"})
    aigul.post("/leads/5/move", {"status": "lost", "reason": "expensive"})
    api_almaty.patch("/api/leads/6", json={"status": "estimate"})
    almaty.post("/leads/7/tasks", {"day": "2030-01-01", "time": "10:00", "text": ""})
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        owner, colleague = db.session.query(User).order_by(User.id)
        whose = {lead.id: lead.assignee_id for lead in db.session.query(Lead)}
        moves = api_almaty.get("/api/leads/6").json["status"] == "estimate"
        assert whose == {**dict.fromkeys(range(1, 6), colleague.id), 6: owner.id if moves else None, 7: None}
        said = db.session.query(LeadEvent).filter_by(kind="assigned", lead_id=2).one()
        assert (said.to_value, said.user_id) == ("Айгуль", colleague.id)


def test_what_is_undone_was_never_begun(app: Flask, almaty: Web, api_almaty: Api) -> None:
    came(api_almaty, 2)
    htmx = {"HX-Request": "true"}
    moved = almaty.post("/leads/1/move", {"status": "estimate"}, headers=htmx).text
    assert lead_of(app, almaty).assignee_id is not None
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', moved))
    almaty.post("/leads/1/move", {**form, "csrf_token": almaty.token()}, headers=htmx)
    assert (lead_of(app, almaty).assignee_id, lead_of(app, almaty).status) == (None, "new")
    almaty.post("/board/table/move", {"pick": f"2.{lead_of(app, almaty, 2).version}", "status": "estimate"})
    almaty.post("/board/table/move", {"undo": "1"})
    assert (lead_of(app, almaty, 2).assignee_id, lead_of(app, almaty, 2).status) == (None, "new")


def test_who_was_written_down_or_imported_waits_for_nobody_and_speaks_no_known_language(
    app: Flask, almaty: Web, api_almaty: Api
) -> None:
    came(api_almaty)
    almaty.post("/board/add", {"phone": "87030000001", "name": "Динара"})
    bring(app, almaty, FILE.encode())
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        leads = {lead.name: lead for lead in db.session.query(Lead)}
        assert {name: (lead.origin, lead.language, lead.is_undated) for name, lead in leads.items()} == {
            "Ермек": ("api", "ru", False), "Динара": ("manual", "", False),
            "Айна": ("import", "", True), "Болат": ("import", "", True), "Гульнара": ("import", "", False),
        }  # fmt: skip
        db.session.query(User).one().language = "kk"
        db.session.commit()
        tenancy.act_for(almaty.company_id or 0)
        counts = morning_summary._counts(db.session.query(User).one().company)
        assert (counts["new"], counts["untouched"]) == (2, 1)
    board = almaty.get("/board").text
    cards = dict(re.findall(r'<article class="card" data-lead-id="(\d+)"(.*?)</article>', board, re.DOTALL))
    assert [key for key, card in cards.items() if "Русский" in card] == ["1"]
    assert sum("Импорт" in card for card in cards.values()) == 3
    assert len(re.findall("data-lead-id", almaty.get("/board?source=import").text)) == 3
    assert len(re.findall("data-lead-id", almaty.get("/board?source=manual").text)) == 1
    assert {row["language"] for row in api_almaty.get("/api/leads").json["leads"]} == {"ru"}
    assert api_almaty.get("/api/leads/2").json["language"] == "ru"


def test_figures_are_of_one_population_and_name_its_parts(app: Flask, almaty: Web, api_almaty: Api) -> None:
    came(api_almaty)
    almaty.post("/board/add", {"phone": "87030000001", "name": "Динара"})
    bring(app, almaty, FILE.encode())
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        found = figures.over(365)
        assert found.split == {"chat": (1, 0), "hand": (1, 0), "import": (1, 0)}
        assert (found.now.leads, found.undated, sum(count for count, _won in found.days.values())) == (3, 2, 3)
        for kind in figures.KINDS:
            one = figures.over(365, kind)
            assert one.now.leads == sum(row.leads for row in one.origins) == 1, kind
            assert bool(one.funnel) == (kind == "chat")
            assert not one.funnel or one.funnel["lead"] == one.now.leads
    page = almaty.get("/figures?days=365").text
    assert "Из чата: 1 · Вручную: 1 · Импорт: 1" in page and "2 заявки из файла без даты" in page
    assert "Путь клиента" not in almaty.get("/figures?days=365&of=import").text
    assert "Импорт" in almaty.get("/figures.csv?days=365").text


def test_the_ledger_is_amber_where_nobody_was_told(app: Flask, almaty: Web, api_almaty: Api) -> None:
    came(api_almaty)
    bring(app, almaty, FILE.encode())
    page = almaty.get("/figures/ledger").text
    assert "о 1 заявке никто не узнал" in page and "Подключите Telegram" in page
    assert "о каждой заявке кто-то узнал</span>" not in page
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        found = ledger.over(7)
        assert (found.registered, found.agrees) == (1, False)


def test_summaries_are_in_the_language_of_their_reader(app: Flask, almaty: Web, aigul: Web, api_almaty: Api) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        put_chat("-100500")
    came(api_almaty)
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        db.session.query(User).filter_by(name="Айгуль").one().language = "kk"
        db.session.commit()
        tenancy.act_for(almaty.company_id or 0)
        lead = records.get(1)
        assert lead.summary == api_almaty.get("/api/leads/1").json["summary"] == summaries.summary_for(lead, "ru")
        assert lead.summary.startswith("Строительство дома, 150 м², Алматы. Участок есть")
        assert "кирпич" in lead.summary and "завтра после 18:00" in lead.summary
        kazakh, english = summaries.summary_for(lead, "kk"), summaries.summary_for(lead, "en")
        assert summaries.besides(lead, "ru").startswith("Со слов клиента: «"), "the card beside it says the rest"
        assert kazakh.startswith("Үй салу, 150 м², Алматы. Жер телімі бар")
        assert "кірпіш" in kazakh and "ертең, 18:00-ден кейін" in kazakh
        assert english.startswith("House: construction, 150 m², Almaty.") and "tomorrow after 18:00" in english
        told = db.session.query(Delivery).filter_by(event="lead.created").one().text
        assert "Строительство дома" in told, "the company's chat reads the company's language"
    assert (
        "Клиент сөзінен: «Ермек" in aigul.get("/leads/1").text
        and "Ертең, 18:00-ден кейін" in aigul.get("/leads/1").text
    )
    assert "Со слов клиента: «Ермек" in almaty.get("/leads/1").text
    same = {"value": kazakh, "was": lead.summary, "version": lead.version}
    aigul.post("/leads/1/fields/summary", same)
    assert "summary" not in lead_of(app, almaty).edited, "what was only looked at is nobody's words"


def test_a_correction_is_one_everywhere(app: Flask, almaty: Web, api_almaty: Api) -> None:
    api_almaty.say("c", "Ермек, хочу построить дом 150 м² в Талгаре, 87010000001")
    for field, value in (("name", "Ермек Әли"), ("city", "Қаскелең"), ("area", "180")):
        assert almaty.post(f"/leads/1/fields/{field}", {"value": value}).status_code == 303
    lead = lead_of(app, almaty)
    assert (lead.name, lead.city) == ("Ермек Әли", "Каскелен")
    assert lead.summary.startswith("Строительство дома, 180 м², Каскелен")
    for page in ("/leads/1", "/board", "/conversations", "/conversations/1", "/board?q=Ермек+Әли"):
        text = almaty.get(page, follow_redirects=True).text
        assert "Ермек Әли" in text, page
    assert almaty.get("/conversations?q=Әли", follow_redirects=True).text.count("Ермек Әли") >= 1
    answer = api_almaty.say("c", "а ещё нужен гараж 40 м² отдельно")["response"]
    assert "Талгар" not in answer
    api_almaty.say("c", "площадь гаража 45")
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        facts = db.session.query(Conversation).one().known["facts"]
        assert facts["name"]["value"] == "Ермек Әли"
        assert not db.session.query(LeadEvent).filter_by(kind="otherwise").count()


def test_the_client_corrects_his_spelling_everywhere(app: Flask, almaty: Web, api_almaty: Api) -> None:
    api_almaty.say("c", "Семен, хочу построить дом 150 м² в Талгаре, 87010000001")
    api_almaty.say("c", "не Семен, а Семён")
    lead = lead_of(app, almaty)
    assert (lead.name, lead.city) == ("Семён", "Талгар")
    assert "Талгар" in lead.summary
    assert "Семён" in almaty.get("/conversations").text
