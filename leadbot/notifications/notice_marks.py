"""What a notice of a lead says of the client's acts: a complaint, urgency, how and whom to reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from leadbot.notifications.notices import one_line

PHRASES: Mapping[str, Mapping[str, str]] = {
    "is_complaint": {"ru": "⚠️ Жалоба", "kk": "⚠️ Шағым", "en": "⚠️ Complaint"},
    "is_urgent": {"ru": "🔥 Срочно", "kk": "🔥 Шұғыл", "en": "🔥 Urgent"},
    "contact_name": {"ru": "Звонить: {name}", "kk": "Хабарласу керек: {name}", "en": "Call: {name}"},
    "related": {
        "ru": "Ещё один объект, первый: №\u00a0{number}",
        "kk": "Тағы бір нысан, біріншісі: №\u00a0{number}",
        "en": "A further object, the first: #{number}",
    },
}
WAYS: Mapping[str, Mapping[str, str]] = {
    "call": {"ru": "Просит звонить", "kk": "Қоңырау шалуды сұрайды", "en": "Wants a call"},
    "whatsapp": {"ru": "Только WhatsApp", "kk": "Тек WhatsApp", "en": "WhatsApp only"},
    "telegram": {"ru": "Только Telegram", "kk": "Тек Telegram", "en": "Telegram only"},
    "message": {"ru": "Не звонить, писать", "kk": "Қоңырау шалмай, жазу керек", "en": "Don’t call, write"},
}


class HasMarks(Protocol):
    """What marks are read from: a lead."""

    @property
    def is_complaint(self) -> bool: ...
    @property
    def is_urgent(self) -> bool: ...
    @property
    def contact_by(self) -> str | None: ...
    @property
    def contact_name(self) -> str | None: ...
    @property
    def related_lead_id(self) -> int | None: ...


def marks(lead: HasMarks, language: str) -> str:
    """«⚠️ Жалоба · 🔥 Срочно · Только WhatsApp · Звонить: Айгерим»"""
    found = (
        _phrase("is_complaint", language) if lead.is_complaint else "",
        _phrase("is_urgent", language) if lead.is_urgent else "",
        way(lead.contact_by, language),
        _phrase("contact_name", language, name=one_line(lead.contact_name)) if lead.contact_name else "",
        _phrase("related", language, number=str(lead.related_lead_id)) if lead.related_lead_id else "",
    )
    return " · ".join(filter(None, found))


def way(contact_by: str | None, language: str) -> str:
    """How a client wants to be reached."""
    row = WAYS.get(contact_by or "", {})
    return row.get(language) or row.get("ru", "")


def _phrase(key: str, language: str, **values: str) -> str:
    row = PHRASES[key]
    return (row.get(language) or row["ru"]).format(**values)
