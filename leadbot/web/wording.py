"""What stages, reasons, sources, states and languages are called on pages: in one place, so always the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from flask import Flask, g, has_app_context
from flask_babel import force_locale, lazy_pgettext
from flask_babel import lazy_gettext as _

from leadbot.models import IMPORTED, DeliveryState, LeadStatus, LostReason, Role, Source
from leadbot.texts import names, phrases
from leadbot.texts.catalogues import give_filters, language
from leadbot.texts.languages import LANGUAGES

STAGES = {
    LeadStatus.NEW: lazy_pgettext("stage", "New"),
    LeadStatus.IN_PROGRESS: lazy_pgettext("stage", "In progress"),
    LeadStatus.MEASUREMENT: lazy_pgettext("stage", "Site visit set"),
    LeadStatus.ESTIMATE: lazy_pgettext("stage", "Estimate sent"),
    LeadStatus.WON: lazy_pgettext("stage", "Won"),
    LeadStatus.LOST: lazy_pgettext("stage", "Lost"),
}
REASONS = {
    LostReason.EXPENSIVE: lazy_pgettext("reason", "Too expensive"),
    LostReason.COMPETITOR: lazy_pgettext("reason", "Chose another"),
    LostReason.UNREACHABLE: lazy_pgettext("reason", "Not reached"),
    LostReason.NOT_OURS: lazy_pgettext("reason", "Not our city or work"),
    LostReason.POSTPONED: lazy_pgettext("reason", "Postponed"),
    LostReason.DUPLICATE: lazy_pgettext("reason", "Duplicate"),
    LostReason.SPAM: lazy_pgettext("reason", "Spam"),
}
SOURCES = {
    Source.WIDGET: lazy_pgettext("source", "Website"),
    Source.TELEGRAM: "Telegram",
    Source.API: "API",
    Source.MANUAL: lazy_pgettext("source", "By hand"),
    Source.TEST: lazy_pgettext("source", "Test"),
}
ORIGINS: dict[str, object] = {
    **{source.value: label for source, label in SOURCES.items()},
    IMPORTED: lazy_pgettext("source", "Import"),
}
DELIVERIES = {
    DeliveryState.PENDING: _("Queued"),
    DeliveryState.SENT: _("Delivered"),
    DeliveryState.DEAD: _("Not delivered"),
}
# What is said of our own accord, where nobody was asked or has answered; a vendor's own words are shown as they are.
UNHEARD = {
    "TELEGRAM_BOT_TOKEN is not set": _("the server has no Telegram bot yet"),
    "Telegram can't be reached": _("Telegram can’t be reached"),
    "Telegram did not answer": _("Telegram did not answer"),
    "SMTPUTF8 is not offered": _("the mail server takes addresses in Latin letters only"),
}
ROLES = {Role.OWNER: _("Owner"), Role.MANAGER: _("Manager"), Role.VIEWER: _("Viewer")}
# Each language calls itself.
LANGUAGE_NAMES = {"ru": "Русский", "kk": "Қазақша", "en": "English"}
LANGUAGE_SHORT = {"ru": "Рус", "kk": "Қаз", "en": "Eng"}


def init_app(app: Flask) -> None:
    """Give templates the names as filters: {{ lead.status|stage }}."""
    give_filters(
        app,
        stage=stage_label,
        reason=reason_label,
        source=source_label,
        delivery=delivery_label,
        heard=heard,
        role=role_label,
        language_name=language_label,
        city=lambda stored: names.city(stored, language()) or "",
        object_type=lambda stored: phrases.capital(names.object_type(stored, language()) or ""),
        initials=initials,
        way=way_label,
    )


def call_stages(own: Mapping[str, str]) -> None:
    """From here to the end of the request stages have a company's own names, where it has given some."""
    g.stage_names = own


def own_stages() -> Mapping[str, str]:
    """The names that the reader's company has given, by key."""
    return g.get("stage_names", {}) if has_app_context() else {}


def stage_label(status: str) -> str:
    """Новая, Жаңа, New; or as the company calls it."""
    stage = LeadStatus(status)
    own = own_stages().get(stage.value)
    return _apart(own) if own else str(STAGES[stage])


def usual_stages() -> dict[str, dict[str, str]]:
    """The names that stages have of themselves, by language and key."""
    names = {}
    for each in LANGUAGES:
        with force_locale(each):
            names[each] = {stage.value: str(label) for stage, label in STAGES.items()}
    return names


def _apart(text: str) -> str:
    """A name that is read from the right turns nothing round it: isolating marks hold it together."""
    is_rtl = any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text)
    return f"\u2068{text}\u2069" if is_rtl else text


def reason_label(reason: str) -> str:
    """Дорого, Қымбат, Too expensive."""
    return str(REASONS[LostReason(reason)])


def source_label(source: str) -> str:
    """Where a talk or lead came from; an unknown one by its own name."""
    return str(ORIGINS.get(source, source))


def delivery_label(state: str) -> str:
    """Доставлено, Жеткізілді, Delivered."""
    return str(DELIVERIES[DeliveryState(state)])


def heard(error: str) -> str:
    """Why a notice has not arrived."""
    return next((str(ours) for start, ours in UNHEARD.items() if error.startswith(start)), error)


def role_label(role: str) -> str:
    """Владелец, Иесі, Owner."""
    return str(ROLES[Role(role)])


def language_label(key: str) -> str:
    """A language in its own words: Русский, Қазақша, English."""
    return LANGUAGE_NAMES.get(key, key)


def initials(name: str) -> str:
    """One or two letters for an avatar: АС for «Айгуль Серикова», СД for «СтройДом»."""
    firsts = [word[0] for word in name.split() if word[0].isalnum()]
    capitals = [letter for letter in name if letter.isupper()]
    return "".join(firsts[:2] if len(firsts) > 1 else capitals[:2] or firsts).upper() or "?"


_WAYS: dict[str, tuple[str, object]] = {
    "call": ("phone", _("Wants a call")),
    "whatsapp": ("whatsapp", _("WhatsApp only")),
    "telegram": ("telegram", _("Telegram only")),
    "message": ("chat", _("Don’t call, write")),
}


def way_label(way: str | None) -> str:
    """How a client wants to be reached; empty where he has not said."""
    return str(_WAYS[way][1]) if way in _WAYS else ""


def way_icon(way: str | None) -> str:
    """The icon of that."""
    return _WAYS[way][0] if way in _WAYS else ""
