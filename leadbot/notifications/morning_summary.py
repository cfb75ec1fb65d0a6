"""The morning's summary: what is new, what nobody has called, what is overdue, who waits in a chat."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from leadbot.accounts import due_rows, hours_settings
from leadbot.bot import company_settings
from leadbot.conversations import waiting
from leadbot.database.session import db, utcnow
from leadbot.leads import take_timer
from leadbot.models import Company, Lead, LeadStatus, LeadTask, Source
from leadbot.notifications import notices
from leadbot.notifications.notice import Brief, Notice, NoticeGroup
from leadbot.notifications.tell import tell

LATE = timedelta(hours=2)  # a worker that slept longer tells of no morning


def send_due() -> int:
    """Put the summary of each company whose day begins into the outbox; returns how many."""
    return due_rows.each(Company.digest_at, lambda company_id: _send())


def _send() -> bool:
    company = company_settings.company(lock=True)
    now, is_due = utcnow(), company.digest_at <= utcnow()
    is_told = False
    if is_due and now - company.digest_at < LATE and _has_begun(company):
        is_told = bool(tell(_notice(company)))
    if is_due:
        company.digest_at = hours_settings.morning(company)
    return is_told


def _notice(company: Company) -> Notice:
    """The summary; its counts are the same for all who get it."""
    local, counted = company_settings.local_now(company), cache(lambda: _counts(company))

    def text(language: str) -> str:
        return notices.digest(local, counted(), language)

    def brief(language: str) -> Brief:
        head, _, body = text(language).partition("\n")
        return Brief(head, body)

    return Notice(
        event="digest", group=NoticeGroup.SUMMARY, key=f"digest:{company.id}:{local:%Y-%m-%d}", text=text, brief=brief,
        of_company=company.morning_digest,
    )  # fmt: skip


def _has_begun(company: Company) -> bool:
    """There is a lead to speak of, and a night behind the company: who has just signed up has had no morning yet."""
    zone = ZoneInfo(company.time_zone)
    if company.digest_at.astimezone(zone).date() <= company.created_at.astimezone(zone).date():
        return False
    return db.session.scalars(select(Lead.id).limit(1)).first() is not None


def _counts(company: Company) -> dict[str, int]:
    """New since yesterday's summary, imports left out; clients who have written and whom nobody has taken; tasks that
    are due; talks that wait for a person."""
    came = (Lead.source != Source.TEST) & Lead.import_id.is_(None)
    waits = Lead.source.in_(take_timer.WAITING) & (Lead.status == LeadStatus.NEW)
    nobodys = waits & (Lead.assignee_id.is_(None) | Lead.is_dealt)
    tasks = select(func.count()).select_from(LeadTask).where(LeadTask.done_at.is_(None), LeadTask.due_at <= utcnow())
    return {
        "new": _count(came & (Lead.created_at > utcnow() - timedelta(days=1))),
        "untouched": _count(nobodys),
        "overdue": db.session.scalar(tasks) or 0,
        "waiting": waiting.count(),
    }


def _count(condition: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Lead).where(condition)) or 0
