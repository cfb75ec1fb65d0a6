"""What columns, stages, reasons and sources are called in files: for writing in the reader's language, for reading in
any."""

from __future__ import annotations

from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _

from leadbot import fields as lead_fields
from leadbot.bot import company_settings
from leadbot.fields import Surface
from leadbot.models import LeadStatus, LostReason, Source
from leadbot.texts import names
from leadbot.texts.catalogues import chosen_zone, language
from leadbot.texts.folding import fold
from leadbot.texts.languages import LANGUAGES
from leadbot.transfer import imports_plan, imports_terms
from leadbot.transfer.exports_table import COLUMNS, Labels
from leadbot.transfer.imports_plan import Words
from leadbot.web.wording import own_stages, reason_label, source_label, stage_label, usual_stages

# Columns that an import takes and no export writes.
MORE = {
    "last_name": lazy_gettext("Last name"),
    "middle_name": lazy_gettext("Middle name"),
    "created_time": lazy_gettext("Time of creation"),
    imports_terms.NOTE: lazy_gettext("As a note"),
}
_TAKEN = {"id": "", "area_m2": "area"}  # what an import makes of the others


def headers() -> dict[str, str]:
    """What the columns are called, in their order."""
    words = (
        _("Number"), _("Created"), _("Stage"), _("Lost reason"), _("Name"), _("Phone"), _("City"), _("Object"),
        _("Area"), _("Area, m²"), _("Summary"), _("Language"), _("Source"), _("Assignee"), _("Notes"), _("Call back"),
        _("What about"), _("Reminders"),
    )  # fmt: skip
    return dict(zip(COLUMNS, words, strict=True))


def fields() -> dict[str, str]:
    """What a column of a file may hold, by field, in the order in which it is offered."""
    words = headers() | MORE
    return {field: str(words[field]) for field in imports_plan.FIELDS} | details(Surface.IMPORT)


def details(place: Surface) -> dict[str, str]:
    """What a company's table of fields shows there beside the columns of all, by key as the reader calls it."""
    table = company_settings.fields()
    return {row.key: names.label(row.key, language(), table) for row in table.details if place in row.shows}


def labels() -> Labels:
    """What a table of leads is written with for this reader."""
    return Labels(
        list(headers().values()),
        {each.value: stage_label(each) for each in LeadStatus},
        {each.value: reason_label(each) for each in LostReason},
        {each.value: source_label(each) for each in Source},
        language(),
        chosen_zone(),
        _("Leads"),
        details(Surface.EXPORT),
    )


def words() -> Words:
    """What columns, stages, reasons and sources are called in every language, to their keys."""
    columns = {
        imports_terms.plain(said): row.key for row in lead_fields.TABLE.at(Surface.IMPORT) for said in row.headers
    }
    stages: dict[str, str] = {}
    reasons: dict[str, str] = {}
    sources: dict[str, str] = {}
    for each in LANGUAGES:
        with force_locale(each):
            called = {field: label for field, label in (MORE | headers()).items() if field != imports_terms.NOTE}
            columns |= {imports_terms.plain(str(label)): _TAKEN.get(field, field) for field, label in called.items()}
            columns |= {imports_terms.plain(label): field for field, label in details(Surface.IMPORT).items()}
            reasons |= {fold(reason_label(reason)): reason.value for reason in LostReason}
            sources |= {fold(source_label(source)): source.value for source in Source}
    columns |= {imports_terms.plain(field): field for field in imports_plan.FIELDS if field != imports_terms.NOTE}
    stages |= {fold(name): stage for called in usual_stages().values() for stage, name in called.items()}
    stages |= {fold(stage.value): stage.value for stage in LeadStatus}
    for stage, name in own_stages().items():
        stages |= {fold(name): stage, fold(stage_label(stage)): stage}
    reasons |= {fold(reason.value): reason.value for reason in LostReason}
    sources |= {fold(source.value): source.value for source in Source}
    return Words(columns, stages, reasons, sources, headers())
