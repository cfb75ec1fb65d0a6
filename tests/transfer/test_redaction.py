"""A phone is found and made unreadable whatever people put between its digits, in a text and in JSON, by Python as by
the database."""

from __future__ import annotations

import pytest
from conftest import Api, Web, contract_dialogue
from flask import Flask
from sqlalchemy import select, text

from leadbot.database import tenancy
from leadbot.database.session import db
from leadbot.models import Conversation, Lead, LeadNote
from leadbot.transfer.redaction import BLANK, Mentions

PHONE = "87476543210"
WRITTEN = [
    "8,747,654,32,10", "8·747·654·32·10", "8 | 747 | 654 | 32 | 10", "8*747*654*32*10", "8_747_654_32_10",
    "+7\u2009747\u2009654\u200932\u200910", "8:747:654;32;10", "8\u200b747\u200b6543210", "8—747—654—32—10",
    "7 4 7 6 5 4 3 2 1 0", "8~747~654~32~10", "8\n747\n654\n32\n10", "8[747]\"654\"'32'10", "8\\747\\654\\32\\10",
    "8 … 747 … 6543210", "8️⃣ 7️⃣4️⃣7️⃣ 6️⃣5️⃣4️⃣ 3️⃣2️⃣ 1️⃣0️⃣", "8   —   747   —   654 . . . 32 . . . 10",
    "8 ☎ 747\r\n\r\n  654 (32) [10]",
]  # fmt: skip
OTHERS = ["87476543211", "1874765432100", "8 747 654 32 1", "747 руб, 654 шт, 3210 м", "8747 и 6543210"]


@pytest.mark.parametrize("written", WRITTEN)
def test_it_is_blanked_however_it_is_grouped(written: str) -> None:
    blanked = Mentions([PHONE]).blanked(f"звонить: {written}, вечером")
    assert len(blanked) == len(f"звонить: {written}, вечером")
    assert not any(map(str.isdigit, blanked)) and blanked.endswith(", вечером") and BLANK in blanked


@pytest.mark.parametrize("other", OTHERS)
def test_another_number_stays(other: str) -> None:
    assert Mentions([PHONE]).blanked(other) == other


def test_an_erasure_finds_it_in_notes_and_json(app: Flask, almaty: Web, api_almaty: Api) -> None:
    contract_dialogue(api_almaty, "he", PHONE)
    contract_dialogue(api_almaty, "somebody else", "87010000002")
    for words in (*WRITTEN, *OTHERS):
        assert almaty.post("/leads/2/notes", {"text": f"муж: {words}"}).status_code == 303
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        stored = {name: [f"муж: {words}"] for name, words in enumerate(WRITTEN)}
        db.session.get_one(Lead, 2).details = {str(name): words[0] for name, words in stored.items()}
        db.session.commit()
        code = text("UPDATE conversations SET known = :known WHERE id = 2")
        with tenancy.all_companies():
            db.session.execute(code, {"known": r'{"said": "8\u00a0747\u00a0654\u00a032\u00a010", "seq": 8747654}'})
            db.session.commit()
    assert almaty.post("/leads/1/erase").status_code == 303
    with app.app_context():
        tenancy.act_for(almaty.company_id or 0)
        notes = list(db.session.scalars(select(LeadNote.text).order_by(LeadNote.id)))
        assert not [note for note in notes[: len(WRITTEN)] if any(map(str.isdigit, note))]
        assert notes[len(WRITTEN) :] == [f"муж: {words}" for words in OTHERS]
        details = db.session.scalars(select(Lead.details)).one()
        assert not [value for value in details.values() if any(map(str.isdigit, value))]
        assert db.session.scalars(select(Conversation.known)).one() == {"said": BLANK * 15, "seq": 8747654}
