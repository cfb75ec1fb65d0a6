"""The nouns: one file a subject. Tables relate across subjects, so they stand below all of them.

A row of a company is `Owned`, its foreign keys are `same_company(...)`. What the database does by itself is put beside
the tables here: counters, searched indexes, marks.
"""

from leadbot.database import counters, searching
from leadbot.database.session import Base
from leadbot.models import marks  # noqa: F401  (what the database notes itself)
from leadbot.models.audit import AuditEntry, AuditEvent
from leadbot.models.bot import BotVersion, Scenario
from leadbot.models.company import Company, FormerSlug, LinkKind, OneTimeLink, Role, User, WebSession
from leadbot.models.conversation import Author, BotUser, CannedAnswer, Conversation, Message, Source, TalkNote, TalkRead
from leadbot.models.delivery import Delivery, DeliveryState, TelegramBot
from leadbot.models.lead import (
    IMPORTED,
    ErasedLead,
    Evidence,
    Lead,
    LeadEvent,
    LeadMerge,
    LeadNote,
    LeadStatus,
    LostReason,
)
from leadbot.models.lead_import import ExportState, ImportState, LeadExport, LeadImport
from leadbot.models.notification import NotificationChoices, ProvenChat, PushSubscription
from leadbot.models.opening import Opening
from leadbot.models.presence import TalkPresence
from leadbot.models.running import RunningCount
from leadbot.models.task import LeadTask
from leadbot.models.usage import ModelUsage

# What the database does itself as soon as there are tables.
counters.make_with(Base.metadata)
searching.make_with(Base.metadata)

__all__ = [
    "IMPORTED",
    "AuditEntry",
    "AuditEvent",
    "Author",
    "BotUser",
    "BotVersion",
    "CannedAnswer",
    "Company",
    "Conversation",
    "Delivery",
    "DeliveryState",
    "ErasedLead",
    "Evidence",
    "ExportState",
    "FormerSlug",
    "ImportState",
    "Lead",
    "LeadEvent",
    "LeadExport",
    "LeadImport",
    "LeadMerge",
    "LeadNote",
    "LeadStatus",
    "LeadTask",
    "LinkKind",
    "LostReason",
    "Message",
    "ModelUsage",
    "NotificationChoices",
    "OneTimeLink",
    "Opening",
    "ProvenChat",
    "PushSubscription",
    "Role",
    "RunningCount",
    "Scenario",
    "Source",
    "TalkNote",
    "TalkPresence",
    "TalkRead",
    "TelegramBot",
    "User",
    "WebSession",
]
