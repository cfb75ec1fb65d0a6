"""The sums at the end: what was acknowledged against what is stored, and what is stored against what was told."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from doubles.telegram import TelegramDouble
from faults.stores import Store

NEW_LEAD = "🆕"  # the first line of a new lead's notice names its number

LEADS = "SELECT phone, count(*) FROM leads GROUP BY phone"
WAITING = "SELECT count(*) FROM deliveries WHERE event = 'lead.created' AND state = 'pending'"
# The ledger's sums: each line of a client has its answer, each lead its notice.
UNANSWERED = """
    SELECT count(*) FROM messages AS said WHERE author = 'client' AND NOT EXISTS (
        SELECT 1 FROM messages AS reply
        WHERE reply.conversation_id = said.conversation_id AND reply.answers_seq = said.seq)"""
UNTOLD = """
    SELECT count(*) FROM leads WHERE NOT EXISTS (
        SELECT 1 FROM deliveries WHERE deliveries.lead_id = leads.id AND event = 'lead.created' AND state = 'sent')"""
MISCOUNTED = """
    SELECT count(*) FROM companies WHERE leads_new <> (
        SELECT count(*) FROM leads WHERE leads.company_id = companies.id AND leads.status = 'new')"""
TWICE_ANSWERED = """
    SELECT count(*) FROM (SELECT 1 FROM messages WHERE answers_seq IS NOT NULL
        GROUP BY conversation_id, answers_seq HAVING count(*) > 1) AS doubled"""


@dataclass(frozen=True)
class Sums:
    """All but `leads` and `twice` are to be 0, `is_whole` True."""

    leads: int
    lost: int
    doubled: int
    unannounced: int
    twice: int
    gaps: int
    is_whole: bool

    @property
    def twice_percent(self) -> float:
        return 100 * self.twice / max(1, self.leads)

    def __str__(self) -> str:
        whole = "integrity ok" if self.is_whole else "DAMAGED"
        return (
            f"{self.leads} leads: {self.lost} lost, {self.doubled} doubled, {self.unannounced} unannounced, "
            f"{self.twice} told twice ({self.twice_percent:.1f} %), {self.gaps} gaps in the ledger, {whole}"
        )


def sums(store: Store, telegram: TelegramDouble, acked: list[str]) -> Sums:
    stored = dict(store.rows(LEADS))
    news = [message for message in telegram.sent if message["text"].startswith(NEW_LEAD)]
    told = Counter((message["chat_id"], message["text"].split("\n")[0]) for message in news)
    phones = "\n".join(digits(message["text"]) for message in news)
    return Sums(
        leads=sum(stored.values()),
        lost=len(set(acked) - set(stored)),
        doubled=sum(count - 1 for count in stored.values()),
        unannounced=sum(digits(phone)[1:] not in phones for phone in stored),
        twice=sum(count - 1 for count in told.values()),
        gaps=sum(store.rows(sql)[0][0] for sql in (UNANSWERED, UNTOLD, MISCOUNTED, TWICE_ANSWERED)),
        is_whole=store.is_whole(),
    )


def wait_until_told(store: Store, seconds: float) -> None:
    """Until each notice is carried out, or so long."""
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        if store.rows(WAITING) == [(0,)]:
            return
        time.sleep(1)


def digits(text: str) -> str:
    """By these a phone is found in a notice, however it is written there."""
    return "".join(filter(str.isdigit, text))
