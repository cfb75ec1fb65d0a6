"""What the house asks of the embedded engine besides the answer to a turn. All else in `rules` is its own affair."""

from leadbot.engines.rules.acts.corpus import LANGUAGES as SPOKEN
from leadbot.engines.rules.acts.score import ActScore, Counts
from leadbot.engines.rules.dialogue.ask import again as ask_again
from leadbot.engines.rules.dialogue.ask import open_ as is_open
from leadbot.engines.rules.dialogue.intents import topics
from leadbot.engines.rules.dialogue.memory import Memory, recognised, renewed, with_contact
from leadbot.engines.rules.dialogue.qualifier import Rules
from leadbot.engines.rules.dialogue.summary import draft
from leadbot.engines.rules.reading import phone_line
from leadbot.engines.rules.reading.extract import extract
from leadbot.engines.rules.scoring.score import Set, precision, recall, wrong_rate
from leadbot.engines.rules.words.scene import Found

__all__ = [
    "SPOKEN",
    "ActScore",
    "Counts",
    "Found",
    "Memory",
    "Rules",
    "Set",
    "ask_again",
    "draft",
    "extract",
    "is_open",
    "phone_line",
    "precision",
    "recall",
    "recognised",
    "renewed",
    "topics",
    "with_contact",
    "wrong_rate",
]
