"""The shapes of what a bot is set up with."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from leadbot import fields

ABSENT: Any = None  # a field that may be left out; the document names no value for it

Tone = Literal["", "business", "friendly", "short"]
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


class BotFact(BaseModel):
    """A sentence the bot may quote, and words by which the question for it is recognised beside its topic's own."""

    topic: str = Field(examples=["price"])
    text: ByLanguage = Field(examples=[{"ru": "Кухня от 180 000 ₸ за погонный метр."}])
    words: list[str] = []


class OwnQuestion(BaseModel):
    """A question of the company's own. `key` names the answers in a lead's `details`; without one it is given."""

    key: str = Field("", examples=["q_heating"], description="q_ and then Latin letters, digits and _")
    text: ByLanguage | str = Field(examples=[{"ru": "Какое отопление?", "kk": "Жылыту қандай?"}])
    label: ByLanguage = Field({}, description="Its short name on a lead")
    chips: Chips | list[str] = Field({}, description="Quick replies, at most 6")
    required: bool = Field(True, description="Asked once more where no answer came")


class Model(BaseModel):
    """Which model answers, with the company's own key; empty: as the installation says."""

    base_url: str = ""
    model: str = ""
    has_key: bool = Field(json_schema_extra={"readOnly": True})


class ModelChange(BaseModel):
    base_url: str = ABSENT
    model: str = ABSENT
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

    input: float = Field(ABSENT, alias="in")
    output: float = Field(ABSENT, alias="out")
