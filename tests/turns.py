"""Turns and whole talks for any engine, carried on as the service does it: through JSON, our answers between."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from leadbot.engines.base import CompanyCard, CompanyFact, Decision, Engine, LeadDraft, TalkLine, Turn

NOW = datetime(2026, 1, 28, 15, 30, tzinfo=timezone(timedelta(hours=5)))
PRICE = CompanyFact("price", {"ru": "Дом под ключ от 250 000 ₸ за м².", "kk": "Үй кілтпен 1 м² үшін 250 000 ₸-ден."})
COMPANY = CompanyCard(
    name="СтройКомпания", phone="8 727 250 11 22", email="info@stroy.kz", about="Наш сайт: stroy.kz", facts=(PRICE,)
)
CONTRACT = ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637")
THANKS = "Спасибо, Канат! Наш менеджер свяжется с вами по номеру 87768776637 в ближайшее время."


def turn(*texts: str, **changes: Any) -> Turn:
    """A turn whose history is these messages of the client."""
    history = tuple(TalkLine("client", text, number) for number, text in enumerate(texts, 1))
    return replace(Turn(history, {}, COMPANY, NOW), **changes)


@dataclass
class Held:
    """A talk that was held."""

    decisions: list[Decision] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    lead: LeadDraft | None = None
    new_leads: int = 0

    @property
    def texts(self) -> list[str]:
        return [decision.text for decision in self.decisions]


def hold(engine: Engine, *texts: str, company: CompanyCard = COMPANY) -> Held:
    """Send the messages one after the other."""
    held, history, language = Held(), [], None
    for text in texts:
        history.append(TalkLine("client", text, len(history) + 1))
        asked = Turn(tuple(history), held.known, company, NOW, language, registered=held.lead is not None)
        decision = engine.decide(asked)
        held.known, language = json.loads(json.dumps(decision.known)), decision.language
        held.new_leads += decision.register is not None and held.lead is None
        held.lead = decision.register or held.lead
        held.decisions.append(decision)
        history.append(TalkLine("bot", decision.text, len(history) + 1))
    return held
