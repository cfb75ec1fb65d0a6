"""The summary of a lead in the language of whoever reads it; in the database and in the API it is the company's."""

from __future__ import annotations

from leadbot.bot import company_settings
from leadbot.engines import embedded
from leadbot.fields import TABLE
from leadbot.leads import held_values
from leadbot.models import Lead


def summary_for(lead: Lead, language: str) -> str:
    """The summary in this language, of what stands on the card now; a person's own, and one of which nothing but the
    text is kept, as it was written."""
    values = {row.key: getattr(lead, row.column) or "" for row in TABLE.columns}
    return _retold(lead, values | lead.details, language)


def besides(lead: Lead, language: str) -> str:
    """What the summary says besides the values that stand on the card beside it; a person's own as it was written."""
    nothing = lead.told == {} and not held_values.is_held(lead, "summary")
    return "" if nothing else _retold(lead, {}, language)


def _retold(lead: Lead, values: dict[str, str], language: str) -> str:
    if lead.told is None or held_values.is_held(lead, "summary"):
        return lead.summary
    return embedded.retold(values, lead.told, company_settings.card(company_settings.company()), language)


def renew(lead: Lead) -> bool:
    """Write the stored summary anew, after a value has changed; whether it is another. Part of the caller's
    transaction."""
    before, lead.summary = lead.summary, summary_for(lead, company_settings.company().language)
    return lead.summary != before
