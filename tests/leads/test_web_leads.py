"""A lead's page and what is done there; every action as a plain form and as a part for htmx."""

from __future__ import annotations

import re

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Delivery, DeliveryState, Lead, Role, User

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(api_almaty: Api) -> int:
    """The lead of the contract's dialogue."""
    contract_dialogue(api_almaty)
    return 1


@pytest.fixture
def viewer(app: Flask, almaty: Web, lead: int) -> Web:
    """A person of Almaty who may only look; the lead is there already."""
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        db.session.query(User).filter(User.email == "manager@almaty.kz").one().role = Role.VIEWER
        db.session.commit()
    return almaty


def version(web: Web, lead_id: int = 1) -> str:
    found = re.search(r'name="version" value="(\d+)"', web.get(f"/leads/{lead_id}").text)
    assert found
    return found.group(1)


def status(api: Api, lead_id: int = 1) -> str:
    return str(api.get(f"/api/leads/{lead_id}").json["status"])


def test_the_page_shows_each_value_with_its_proof_in_the_talk(almaty: Web, lead: int) -> None:
    page = almaty.get(f"/leads/{lead}").text
    values = dict(re.findall(r'data-field="(\w+)"><b[^>]*>([^<]*)</b>', page))
    assert values == {
        "name": "Канат", "phone": "8 776 877 66 37".replace(" ", "\u00a0"), "city": "Алматы", "object_type": "Дом",
        "area": "150\u00a0м²",
    }  # fmt: skip
    marked = dict(re.findall(r'<mark id="proof-(\d)">([^<]+)<sup>', page))
    assert marked == {"1": "Канат", "2": "87768776637", "3": "Алматы", "4": "дом", "5": "150 квадратов"}
    assert {f"#proof-{number}" for number in marked} == set(re.findall(r'class="proof" href="([^"]+)"', page))


def test_a_move_by_form_goes_back_to_the_page(almaty: Web, lead: int, api_almaty: Api) -> None:
    answer = almaty.post(f"/leads/{lead}/move", {"status": "in_progress", "version": version(almaty)})
    assert answer.status_code == 303
    assert answer.location == f"/leads/{lead}"
    assert status(api_almaty) == "in_progress"
    page = almaty.get(answer.location).text
    assert "Перенесено: «Взяли в работу»" in page
    assert "Новая → Взяли в работу" in page


def test_a_move_by_htmx_answers_the_card_and_a_way_back(almaty: Web, lead: int) -> None:
    answer = almaty.post(f"/leads/{lead}/move", {"status": "estimate", "version": version(almaty)}, headers=HTMX)
    assert answer.status_code == 200
    assert 'data-stage="estimate"' in answer.text
    assert 'name="status" value="new"' in answer.text
    assert "Вернуть" in answer.text


def test_a_stale_version_is_409_with_the_fresh_card(almaty: Web, lead: int, api_almaty: Api) -> None:
    seen = version(almaty)
    almaty.post(f"/leads/{lead}/move", {"status": "measurement", "version": seen})
    late = almaty.post(f"/leads/{lead}/move", {"status": "won", "version": seen}, headers=HTMX)
    assert late.status_code == 409
    assert 'data-stage="measurement"' in late.text
    assert "Карточку уже перенесли: manager" in late.text
    plain = almaty.post(f"/leads/{lead}/move", {"status": "won", "version": seen})
    assert plain.status_code == 409
    assert "Карточку уже перенесли" in plain.text
    assert status(api_almaty) == "measurement"


@pytest.mark.parametrize(
    "form",
    [
        {"status": "hacked"},
        {},
        {"status": "lost"},
        {"status": "lost", "reason": "x"},
        {"status": "won", "version": "x"},
    ],
)
def test_what_can_not_be_is_422_and_nothing_moves(
    almaty: Web, lead: int, api_almaty: Api, form: dict[str, str]
) -> None:
    for headers in ({}, HTMX):
        assert almaty.post(f"/leads/{lead}/move", form, headers=headers).status_code == 422
    assert status(api_almaty) == "new"


def test_a_lost_lead_bears_its_reason(almaty: Web, lead: int, api_almaty: Api) -> None:
    almaty.post(f"/leads/{lead}/move", {"status": "lost", "reason": "expensive", "version": version(almaty)})
    assert status(api_almaty) == "lost"
    assert "Новая → Отказ (Дорого)" in almaty.get(f"/leads/{lead}").text


@pytest.mark.parametrize("place", [{}, {"above": "", "below": "1"}])
def test_a_lost_lead_may_get_another_reason(almaty: Web, lead: int, api_almaty: Api, place: dict[str, str]) -> None:
    for reason in ("expensive", "competitor", "competitor"):
        almaty.post(f"/leads/{lead}/move", {"status": "lost", "reason": reason, **place})
    assert api_almaty.get(f"/api/leads/{lead}").json["lost_reason"] == "competitor"
    assert almaty.get(f"/leads/{lead}").text.count("Отказ → Отказ (") == 1


def test_a_stranger_company_finds_no_lead(astana: Web, lead: int) -> None:
    assert astana.get(f"/leads/{lead}").status_code == 404
    for path in ("move", "notes", "remove", "deliveries/1/retry"):
        assert astana.post(f"/leads/{lead}/{path}", {"status": "won", "text": "x"}).status_code == 404


def test_a_viewer_looks_and_changes_nothing(viewer: Web, lead: int, api_almaty: Api) -> None:
    page = viewer.get(f"/leads/{lead}").text
    assert "Канат" in page
    assert 'name="version"' not in page
    for path, form in (("move", {"status": "won"}), ("notes", {"text": "x"}), ("remove", {})):
        assert viewer.post(f"/leads/{lead}/{path}", form).status_code == 403
    assert status(api_almaty) == "new"


def test_a_note_is_written_down_and_an_empty_one_is_not(almaty: Web, lead: int) -> None:
    assert almaty.post(f"/leads/{lead}/notes", {"text": "Хочет <b>газоблок</b>"}).status_code == 303
    part = almaty.post(f"/leads/{lead}/notes", {"text": "Позвонить завтра"}, headers=HTMX)
    assert part.status_code == 200
    assert part.text.index("Позвонить завтра") < part.text.index("Хочет &lt;b&gt;газоблок&lt;/b&gt;")
    empty = almaty.post(f"/leads/{lead}/notes", {"text": "  "}, headers=HTMX)
    assert empty.status_code == 422
    assert "Заполните это поле" in empty.text


def test_only_a_test_lead_can_be_removed(almaty: Web, lead: int) -> None:
    assert almaty.post(f"/leads/{lead}/remove").status_code == 422
    for text in ("Хочу дом", "Алматы", "150 квадратов", "Асель, 87010000001"):
        almaty.post("/chat", {"text": text})
    assert almaty.post("/leads/2/remove").location == "/board"
    assert almaty.get("/leads/2").status_code == 404
    assert almaty.get(f"/leads/{lead}").status_code == 200


def test_a_notice_that_was_given_up_can_be_sent_again(app: Flask, almaty: Web, lead: int) -> None:
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        row = Delivery(
            lead_id=lead, event="lead.created", channel="telegram", target="-1", text="…", dedup_key="x",
            state=DeliveryState.DEAD, last_error="403: bot was kicked",
        )  # fmt: skip
        db.session.add(row)
        db.session.commit()
    page = almaty.get(f"/leads/{lead}").text
    assert "403: bot was kicked" in page
    again = almaty.post(f"/leads/{lead}/deliveries/1/retry", headers=HTMX)
    assert 'data-state="pending"' in again.text
    assert almaty.post(f"/leads/{lead}/deliveries/77/retry").status_code == 404


def test_overlapping_words_are_marked_for_both_values(app: Flask, almaty: Web, lead: int) -> None:
    from leadbot.conversations.evidence import Proof, cut

    text = "дом 150 <b>"
    pieces = cut(text, [Proof(1, "object_type", 1, "дом 150", 0, 7), Proof(2, "area", 1, "150 <b>", 4, 11)])
    assert "".join(piece.text for piece in pieces) == text
    assert [(piece.text, piece.covers, piece.begins, piece.ends) for piece in pieces] == [
        ("дом ", (1,), (1,), ()), ("150", (1, 2), (2,), (1,)), (" <b>", (2,), (), (2,)),
    ]  # fmt: skip
    assert cut(text, [Proof(1, "area", 1, "150", 0, 3)])[1].text == "150", "offsets that don't hold are looked for"
    assert cut(text, [Proof(1, "area", 1, "200", 0, 3)])[0].covers == ()


def test_the_earlier_lead_of_a_client_is_one_click_away(app: Flask, almaty: Web, lead: int, api_almaty: Api) -> None:
    almaty.post(f"/leads/{lead}/move", {"status": "won", "version": version(almaty)})
    contract_dialogue(api_almaty, "client_2")
    with app.app_context():
        tenancy.act_for(almaty.company_id)
        assert db.session.get(Lead, 2).previous_id == lead
    assert f'href="/leads/{lead}">Заявка №\u00a0{lead}' in almaty.get("/leads/2").text
