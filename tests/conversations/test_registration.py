"""What a talk brings to a lead that is there already: which one it finds, what changes, who hears of it."""

from __future__ import annotations

import itertools
from typing import Any

from test_chat_receive import CONTRACT, owner, say, talk_of  # noqa: F401

from leadbot.leads import board, merging, moving, records
from leadbot.models import LeadStatus, User


def test_a_corrected_area_is_counted_by(owner: User) -> None:  # noqa: F811
    lead_id = say(*CONTRACT).lead.id
    shown = board.current_version()
    say("ой, не 150, а 180 квадратов")
    assert (records.get(lead_id).area, records.get(lead_id).area_m2) == ("180 м²", 180)
    assert board.current_version() > shown


def test_open_boards_hear_how_a_client_wants_to_be_reached(owner: User) -> None:  # noqa: F811
    lead_id = say(*CONTRACT).lead.id
    shown = board.current_version()
    say("и пишите только в ватсап")
    assert records.get(lead_id).contact_by == "whatsapp"
    assert board.current_version() > shown


def test_another_talk_takes_no_mark_back(owner: User) -> None:  # noqa: F811
    lead_id = say(*CONTRACT, "и пишите только в ватсап", "это срочно").lead.id
    assert (records.get(lead_id).contact_by, records.get(lead_id).is_urgent) == ("whatsapp", True)
    assert say("Хочу баню в Алматы", "Канат 87768776637", "60 квадратов", ref="other").lead.id == lead_id
    assert (records.get(lead_id).contact_by, records.get(lead_id).is_urgent) == ("whatsapp", True)


def test_a_detail_said_anew_is_in_the_history(owner: User) -> None:  # noqa: F811
    say(*CONTRACT, "бюджет 20 миллионов тенге", "нет, бюджет 30 миллионов тенге", ref="x")
    talk = talk_of("x")
    assert talk.lead_id
    lead = records.get(talk.lead_id)
    changed = [(each.from_value, each.to_value) for each in records.history(lead) if each.field == "budget"]
    assert changed == [("20 миллионов тенге", "30 миллионов тенге")]


def test_an_open_card_is_found_before_a_newer_one_that_is_closed(owner: User) -> None:  # noqa: F811
    first = say(*CONTRACT).lead
    newer = say("теперь нужен ещё ремонт офиса 120 кв в Талгаре").lead
    assert newer.id != first.id
    moving.move(records.get(newer.id), LeadStatus.WON, by=owner)
    assert say("Хочу баню в Алматы", "Канат 87768776637", ref="other").lead.id == first.id


def test_a_duplicate_of_a_duplicate_leads_to_where_the_work_goes_on(owner: User) -> None:  # noqa: F811
    phones = ("87010000001", "87010000002", "87010000003")
    chain = [say("Хочу дом в Алматы", f"Канат {phone}", ref=phone).lead for phone in phones]
    for gone, kept in itertools.pairwise(chain):
        merging.merge(records.get(kept.id), records.get(gone.id), {}, by=owner, versions=versions(kept, gone))
    assert say("Хочу баню в Алматы", f"Канат {phones[0]}", ref="other").lead.id == chain[2].id


def versions(*leads: Any) -> tuple[int, ...]:
    return tuple(records.get(lead.id).version for lead in leads)
