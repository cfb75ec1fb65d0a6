"""A request to be called makes one lead, however often and whenever it is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Api, Later, contract_dialogue

pytestmark = pytest.mark.faults
TIMES = 10
FINAL = "Канат, 87768776637"
Note = Callable[[str, object], None]


@pytest.fixture
def told(api_almaty: Api) -> Api:
    """The contract's talk, to the lead."""
    assert contract_dialogue(api_almaty)["function_called"] == "register_lead"
    return api_almaty


def repeat(api: Api, **headers: str) -> set[str]:
    """The last message, so many times; the answers that differ."""
    data = {"user_id": "client_1", "text": FINAL}
    answers = [api.post("/api/chat", data=data, headers=headers) for _ in range(TIMES)]
    assert {answer.status_code for answer in answers} == {200}
    return {answer.text for answer in answers}


def open_leads(api: Api) -> list[str]:
    return [lead["phone"] for lead in api.get("/api/leads").json["leads"]]


def test_the_last_message_again_with_a_key_is_answered_as_before(told: Api) -> None:
    first = told.post("/api/chat", data={"user_id": "client_2", "text": "Хочу дом"}, headers={"Idempotency-Key": "k"})
    again = told.post("/api/chat", data={"user_id": "client_2", "text": "Хочу дом"}, headers={"Idempotency-Key": "k"})
    assert first.json == again.json
    assert len(repeat(told, **{"Idempotency-Key": "the last"})) == 1
    assert open_leads(told) == ["87768776637"]


def test_the_last_message_again_without_a_key_is_one_lead(told: Api, record_property: Note) -> None:
    repeat(told)
    leads = open_leads(told)
    record_property("measured", f"{TIMES} repeats with a key, {TIMES} without: {len(leads)} lead")
    assert leads == ["87768776637"]


def test_who_comes_back_the_next_day_is_the_same_lead(told: Api, later: Later, record_property: Note) -> None:
    later(days=1)
    repeat(told)
    again = contract_dialogue(told)
    leads = open_leads(told)
    record_property("measured", f"the whole talk again a day later: {len(leads)} lead")
    assert again["function_called"] != "register_lead"
    assert leads == ["87768776637"]
