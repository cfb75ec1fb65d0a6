"""Brains and ears: which ones a copy of Leadbot has. The only place that asks whether a key is set.

Verbs: `build_engine`, `build_rules`, `build_speech`; `base` is the contract, `embedded` what the house asks of the
embedded engine besides. Everything is imported where it is built: `import leadbot.engines` costs nothing, and without
a key `openai` is never loaded (half a second and tens of megabytes).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadbot.config import Config
    from leadbot.engines.base import Engine
    from leadbot.engines.client import Access
    from leadbot.engines.speech import Speech
    from leadbot.engines.trial import Trial

OWN_MODELS = 128  # of companies, kept by a process


def build_rules() -> Engine:
    """The embedded engine, its tables loaded."""
    from leadbot.engines.rules import acts
    from leadbot.engines.rules.dialogue.qualifier import Rules
    from leadbot.engines.rules.reading import extract

    extract.warm_up()
    acts.warm_up()
    return Rules()


def build_engine(config: Config) -> Engine:
    """The embedded engine; with a key the model, and the embedded engine behind it."""
    rules = build_rules()
    if not config.openai_api_key:
        return rules
    return _behind(_access(config, config.openai_api_key), config.openai_model, rules)


def build_speech(config: Config) -> Speech:
    """Speech recognition, or with no key something that says there is none."""
    from leadbot.engines.speech import NoSpeech, OpenAISpeech

    if not config.openai_api_key:
        return NoSpeech()
    return OpenAISpeech(_access(config, config.openai_api_key), config.openai_transcribe_model)


class OwnModels:
    """Engines on the keys of companies, each made when it is first asked for. One instance serves a process.

    A breaker belongs to one key, address and model: what fails for one company spares no other company's model.
    """

    def __init__(self, config: Config, rules: Engine) -> None:
        from leadbot.engines.fallback import Instead

        self._config = config
        self._rules = rules
        self.over_budget: Engine = Instead(rules, "model: over budget")
        self.spared: Engine = Instead(rules, "model: spared")
        self.off_list: Engine = Instead(rules, "model: address not allowed")
        self.engine = lru_cache(maxsize=OWN_MODELS)(self._engine)
        self.speech = lru_cache(maxsize=OWN_MODELS)(self._speech)

    def _engine(self, key: str, base_url: str, model: str) -> Engine:
        """The model of a company with the embedded engine behind it. Empty: the installation's address, its model."""
        return _behind(self._access(key, base_url), model or self._config.openai_model, self._rules)

    def _speech(self, key: str, base_url: str, model: str) -> Speech:
        from leadbot.engines.speech import OpenAISpeech

        return OpenAISpeech(self._access(key, base_url), self._config.openai_transcribe_model)

    def trial(self, key: str, base_url: str, model: str) -> Trial:
        """This model, to be tried out. Empty: all that the installation has itself."""
        from leadbot.engines.trial import Trial

        access = self._access(key or self._config.openai_api_key or "", base_url)
        return Trial(access, model or self._config.openai_model, self._rules)

    def _access(self, key: str, base_url: str) -> Access:
        from leadbot.engines.client import Access

        return Access(key, base_url or self._config.openai_base_url, self._config.openai_timeout_seconds)


def _behind(access: Access, model: str, rules: Engine) -> Engine:
    from leadbot.engines.fallback import Fallback
    from leadbot.engines.openai import OpenAIEngine

    return Fallback(OpenAIEngine(access, model, reader=rules), rules)


def _access(config: Config, api_key: str) -> Access:
    from leadbot.engines.client import Access

    return Access(api_key, config.openai_base_url, config.openai_timeout_seconds)
