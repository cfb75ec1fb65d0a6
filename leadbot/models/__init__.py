"""The nouns of the house."""

from leadbot.database import counters, searching  # noqa: F401  (what the database does itself as soon as there are tables)
from leadbot.models.audit import Act, AuditEntry
from leadbot.models.bot import BotVersion, Scenario
from leadbot.models.company import Company, LinkKind, OneTimeLink, Role, User, WebSession
from leadbot.models.conversation import Author, BotUser, CannedAnswer, Conversation, Message, Source, TalkNote, TalkRead
from leadbot.models.delivery import Delivery, DeliveryState, TelegramBot
from leadbot.models.lead import Evidence, Lead, LeadEvent, LeadMerge, LeadNote, LeadStatus, LostReason
from leadbot.models.lead_import import ImportState, LeadImport
from leadbot.models.opening import Opening
from leadbot.models.presence import TalkPresence
from leadbot.models.task import LeadTask
from leadbot.models.usage import ModelUsage

__all__ = [
    "Act",
    "AuditEntry",
    "Author",
    "BotUser",
    "BotVersion",
    "CannedAnswer",
    "Company",
    "Conversation",
    "Delivery",
    "DeliveryState",
    "Evidence",
    "ImportState",
    "Lead",
    "LeadEvent",
    "LeadImport",
    "LeadMerge",
    "LeadNote",
    "LeadStatus",
    "LeadTask",
    "LinkKind",
    "LostReason",
    "Message",
    "ModelUsage",
    "OneTimeLink",
    "Opening",
    "Role",
    "Scenario",
    "Source",
    "TalkNote",
    "TalkPresence",
    "TalkRead",
    "TelegramBot",
    "User",
    "WebSession",
]
