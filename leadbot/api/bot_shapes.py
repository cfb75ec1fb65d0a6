"""The shapes of what a bot is set up with."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from leadbot import fields
from leadbot.api.values import ABSENT

Tone = Literal["", "business", "friendly", "short"]
Gender = Literal["", "masculine", "feminine"]
ByLanguage = dict[Literal["ru", "kk", "en"], str]
Chips = dict[Literal["ru", "kk", "en"], list[str]]
Order = Annotated[
    list[str],
    Field(
        description=f"What is asked, first to last: {', '.join(fields.TABLE.askable)}, the trade's own and the keys of"
        " `questions`; `contact` stands for name and phone, at the end where it is not named. Empty: as the"
        " set-up says",
        examples=[["object_type", "city", "area"]],
    ),
]


SAID = {
    "company_name": "What the company is called, at most 200 characters",
    "language": "What its managers read, and summaries are written in",
    "time_zone": "By which clock it works, as IANA names it",
    "telegram_chat_id": "The chat where managers are told of leads; null: none",
    "widget_key": "Names the company in its widget's line",
    "morning_digest": "Managers get a summary every working morning",
    "phone": "Its own phone, which the bot may tell",
    "email": "Its e-mail, which the bot may tell",
    "address": "Where its office is",
    "hours": "When it works, in its own words",
    "about": "What it does",
    "services": "What it offers",
    "service_area": "Where it works",
    "persona": "The bot's name",
    "greeting": "The bot's first words, by language",
    "chips": "Quick replies below the greeting, by language, at most 6",
    "tone": "How the bot speaks; empty: business",
    "optional": "Of what is asked, what is asked once only",
    "questions": "The company's own, at most 10; their place is in `order`",
    "setup": "The ready-made set-up of the trade",
    "objects": "What the company makes beside the set-up's, in the nominative",
    "facts": "What the bot may quote, at most 40",
    "forbidden": "Topics the bot leaves to a manager, at most 20",
    "model": "Which model answers, with the company's own key",
    "hide_names": "Names are kept from a model, as phones are",
    "budget": "How many tokens a model may use up",
    "token_price": "What a model costs, for the figures",
}


class _Shape(BaseModel):
    """A shape of settings: what each is for stands in one place for showing and for changing."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core_schema)
        for name, one in handler.resolve_ref_schema(schema)["properties"].items():
            if name in SAID:
                one.setdefault("description", SAID[name])
        return schema


class BotFact(BaseModel):
    """A sentence the bot may quote, and words by which the question for it is recognised beside its topic's own."""

    topic: str = Field(description="What it is about: a topic of ours, or a name of your own", examples=["price"])
    text: ByLanguage = Field(
        description="The sentence, by language", examples=[{"ru": "Кухня от 180 000 ₸ за погонный метр."}]
    )
    words: list[str] = Field([], description="Further words that ask for it", examples=[["расценки"]])


class OwnQuestion(BaseModel):
    """A question of the company's own. `key` names the answers in a lead's `details`; without one it is given."""

    key: str = Field("", examples=["q_heating"], description="q_ and then Latin letters, digits and _")
    text: ByLanguage | str = Field(
        description="The question, by language", examples=[{"ru": "Какое отопление?", "kk": "Жылыту қандай?"}]
    )
    label: ByLanguage = Field({}, description="Its short name on a lead")
    chips: Chips | list[str] = Field({}, description="Quick replies, at most 6")
    required: bool = Field(True, description="Asked once more where no answer came")


class Model(BaseModel):
    """Which model answers, with the company's own key; empty: as the installation says."""

    base_url: str = Field("", description="Its server's address")
    model: str = Field("", description="Its name there")
    has_key: bool = Field(description="The company has given a key of its own", json_schema_extra={"readOnly": True})


class ModelChange(BaseModel):
    """Which model is to answer: `base_url` and `model` replace what there is, the key stays where none is given."""

    base_url: str = Field(ABSENT, description="Its server's address; one of those this installation allows")
    model: str = Field(ABSENT, description="Its name there")
    key: str = Field(
        ABSENT, description="Written only; an empty one takes the key away", json_schema_extra={"writeOnly": True}
    )


class Budget(BaseModel):
    """Tokens for a model, a day or a month; a field that is absent is as the installation says."""

    company: int = Field(ABSENT, description="A day, the whole company")
    visitor: int = Field(ABSENT, description="A day, one client")
    month: int = Field(ABSENT, description="A month, the whole company; absent: no limit but the day's")


class TokenPrice(BaseModel):
    """Tenge for a million tokens."""

    model_config = ConfigDict(populate_by_name=True)

    input: float = Field(ABSENT, alias="in", description="For what is sent")
    output: float = Field(ABSENT, alias="out", description="For what is answered")


class Settings(_Shape):
    """What a company sets."""

    company_name: str
    language: Literal["ru", "kk", "en"]
    time_zone: str = Field(examples=["Asia/Almaty"])
    telegram_chat_id: str | None = Field(examples=["-1001234567890"])
    widget_key: str = Field(json_schema_extra={"readOnly": True})
    morning_digest: bool
    phone: str
    email: str
    address: str
    hours: str
    about: str
    services: str
    service_area: str
    persona: str
    gender: Gender = Field(description="How the bot speaks of itself where the language tells, as Russian does")
    greeting: ByLanguage
    chips: Chips
    tone: Tone
    order: Order
    optional: list[str]
    questions: list[OwnQuestion]
    setup: str = Field(examples=["construction", "renovation", "furniture", "windows", "landscaping", "other"])
    objects: list[str]
    facts: list[BotFact]
    forbidden: list[str]
    model: Model
    hide_names: bool
    budget: Budget
    token_price: TokenPrice


class ChatCode(_Shape):
    """What connects a Telegram chat."""

    code: str = Field(
        description="To be sent to the bot as `/start CODE`", examples=["hJ1uQv2y-AbCdEfGhIjKlMnOpQrStUvWxYz01234567"]
    )


class SettingsChange(_Shape):
    """Any of the settings but `widget_key`; nothing is changed unless all are right.

    A field that is given replaces the one there is, lists and objects as a whole. A text without a language is
    taken for one in the company's own.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"language": "kk"}]})

    company_name: str = ABSENT
    language: Literal["ru", "kk", "en"] = ABSENT
    time_zone: str = ABSENT
    telegram_chat_id: str | int | None = Field(
        ABSENT, description="A chat from which a code of `POST /api/telegram/code` was sent; null takes it away"
    )
    morning_digest: bool = ABSENT
    phone: str = ABSENT
    email: str = ABSENT
    address: str = ABSENT
    hours: str = ABSENT
    about: str = ABSENT
    services: str = ABSENT
    service_area: str = ABSENT
    persona: str = ABSENT
    gender: Gender = Field(ABSENT, description="How the bot speaks of itself where the language tells, as Russian does")
    greeting: ByLanguage | str = ABSENT
    chips: Chips | list[str] = ABSENT
    tone: Tone = ABSENT
    order: Order = ABSENT
    optional: list[str] = ABSENT
    questions: list[OwnQuestion] = ABSENT
    setup: str = ABSENT
    objects: list[str] = ABSENT
    facts: list[BotFact] = ABSENT
    forbidden: list[str] = ABSENT
    model: ModelChange = ABSENT
    hide_names: bool = ABSENT
    budget: Budget = ABSENT
    token_price: TokenPrice = ABSENT
