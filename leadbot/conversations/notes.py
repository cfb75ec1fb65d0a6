"""Private notes beside a talk: for the company's people only, in no answer of the API and before no model."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from leadbot.accounts import users
from leadbot.conversations import talks
from leadbot.database.session import db
from leadbot.errors import Invalid
from leadbot.models import Conversation, TalkNote, User
from leadbot.texts import text_input

MOST = 4000


def add(talk: Conversation, text: str, *, by: User) -> TalkNote:
    """Write something down below the talk's last line. Raises Invalid, Forbidden."""
    users.check_may_write(by)
    clean = text_input.message(text, "note", most=MOST)
    if not clean:
        raise Invalid("Fill in this field", field="note")
    talks.lock(talk)
    note = TalkNote(conversation_id=talk.id, user_id=by.id, after_seq=talk.message_count, text=clean)
    db.session.add(note)
    talk.note_count += 1
    db.session.commit()
    return note


def notes_of(talk: Conversation, *, after: int = 0) -> list[TalkNote]:
    """The talk's notes from the number `after` on, oldest first."""
    found = select(TalkNote).where(TalkNote.conversation_id == talk.id).order_by(TalkNote.id).offset(max(0, after))
    return list(db.session.scalars(found.options(joinedload(TalkNote.user).lazyload(User.company))))
