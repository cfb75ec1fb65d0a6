"""Facts out of one message: the frozen door between the extractors and whoever leads the talk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from leadbot.engines.rules.reading import (
    area,
    city,
    details,
    names,
    objects,
    people,
    phone,
    quarters,
    several,
    times,
    where,
)
from leadbot.engines.rules.words import language, morph, near, numbers, object_forms, text
from leadbot.engines.rules.words.scene import Found, Scene, Thing
from leadbot.engines.rules.words.text import TextToken
from leadbot.engines.rules.words.words import stems, words
from leadbot.texts.trades import Setup
from leadbot.texts.trades import load as load_setup

__all__ = ["Extraction", "Found", "extract", "warm_up"]

log = logging.getLogger(__name__)
T = TypeVar("T")
Offer = tuple[Found | None, bool]  # a value, and whether one was only taken back
_NOTHING: Offer = (None, False)

_IGNORE = stems("extract.ignore*")
_RULES = stems("extract.rules*")
_CORRECTING = words("extract.correcting")


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one message says. `slots` by the names of engines.base.SLOTS; a slot that is absent was not said."""

    slots: dict[str, Found]
    others: dict[str, tuple[Found, ...]]
    partial_phone: str
    trouble: str
    denied: frozenset[str]
    language: str | None
    masked: str
    trouble_digits: int = 0
    further: tuple[
        dict[str, Found], ...
    ] = ()  # things wanted beside the object: each with its size, where that is said
    relative: str = ""  # somebody of the client's, who may be the one to call


def warm_up() -> None:
    """Load every table now, so that the first client doesn't wait for them."""
    morph.load()
    near.load()
    people.load()
    city.gazetteer()
    quarters.load()
    numbers.words()
    object_forms.table(load_setup(), ())


def extract(
    message: str,
    *,
    asked: str | None = None,
    language: str | None = None,
    partial_phone: str = "",
    objects: tuple[str, ...] = (),
    setup: Setup | None = None,
) -> Extraction:
    """Read one message. `asked` is what the bot asked last, `objects` are the company's own, the trade is the set-up's.

    Each extractor is on its own: one that fails brings no value and a line in the log, and the others go on.
    """
    reading = text.read(message)
    setup = setup or load_setup()
    scene = Scene(message, reading.tokens, numbers.read(reading.tokens), asked, language)
    scene.land, scene.measures, scene.visits = setup.land, setup.measures, "callback" in setup.order
    scene.sizeless = setup.without.get("area", scene.sizeless)
    return _Reader(scene, setup, objects, partial_phone).read()


@dataclass(slots=True)
class _Reader:
    scene: Scene
    setup: Setup
    own_objects: tuple[str, ...]
    partial: str

    def read(self) -> Extraction:
        """Phones first, names last: what is consumed early can't be misread later."""
        scene = self.scene
        hostile = _is_injection(scene)
        phones = _guarded("phone", lambda: phone.find(scene, self.partial), phone.Phones())
        scene.phone_at = phones.spans[0] if phones.spans else None
        slots: dict[str, Found | None] = {"budget": _guarded("budget", lambda: details.budget(scene), None)}
        slots["callback"] = _guarded("callback", lambda: times.callback(scene), None)
        slots["rooms"] = _guarded("rooms", lambda: details.rooms(scene), None)
        slots["floors"] = _guarded("floors", lambda: details.floors(scene), None)
        table = object_forms.table(self.setup, self.own_objects)
        slots["object_type"], object_denied = _guarded("object", lambda: objects.find(scene, table), _NOTHING)
        sizes = _guarded("area", lambda: area.find(scene), area.Areas())
        slots["area"] = self._fitting(sizes.area, slots["object_type"])
        slots["plot"] = sizes.plot or _guarded("plot", lambda: details.plot(scene), None)
        slots["work"] = _guarded("work", lambda: details.work(scene, self.setup), None)
        slots["materials"] = _guarded("materials", lambda: details.materials(scene, self.setup), None)
        slots["city"], city_denied = _guarded("city", lambda: where.find(scene), _NOTHING)
        slots["name"], name_denied = _guarded("name", lambda: names.find(scene), _NOTHING)
        slots["phone"] = phones.numbers[0] if phones.numbers else None
        if hostile:
            slots["name"] = slots["phone"] = None
        denied = {
            k
            for k, taken_back in (("city", city_denied), ("object_type", object_denied), ("name", name_denied))
            if taken_back
        }
        correcting = any(t.key in _CORRECTING for t in scene.tokens)
        return Extraction(
            slots={k: replace(v, corrects=True) if correcting else v for k, v in slots.items() if v is not None},
            others={"phone": tuple(phones.numbers[1:])} if len(phones.numbers) > 1 else {},
            relative=scene.relative,
            further=tuple(_thing(scene, thing, sizes) for thing in scene.further),
            partial_phone=phones.partial,
            trouble=phones.trouble,
            denied=frozenset(denied),
            language=language.language_of(_besides(scene.tokens, slots["city"], slots["name"]), scene.language),
            masked=scene.masked(),
            trouble_digits=phones.trouble_digits,
        )

    def _fitting(self, area: Found | None, thing: Found | None) -> Found | None:
        """The area, unless it is said in one breath with what has none: «24 метра забор»."""
        return area if area is None or thing is None or self.setup.suits("area", thing.value) else None


def _thing(scene: Scene, thing: Thing, sizes: area.Areas) -> dict[str, Found]:
    """A further thing by its slots."""
    size, place = sizes.further.get(thing.key), several.place_of(scene, thing)
    found = {"object_type": scene.found(thing.key, thing.first, thing.last)}
    return found | ({"area": size} if size else {}) | ({"city": place} if place else {})


def _guarded(slot: str, read: Callable[[], T], nothing: T) -> T:
    try:
        return read()
    except Exception as error:  # one extractor's mistake must not cost the others' values
        log.error("extractor %s failed: %s", slot, type(error).__name__)
        return nothing


def _besides(tokens: list[TextToken], place: Found | None, person: Found | None) -> list[TextToken]:
    """The tokens that tell a language: no person's name, and a town's only in Kazakh letters, as «қаскелеңде»."""
    return [t for t in tokens if not _is_in(t, person) and (not _is_in(t, place) or language.script(t.raw))]


def _is_in(token: TextToken, found: Found | None) -> bool:
    return found is not None and found.start <= token.start < found.end


def _is_injection(scene: Scene) -> bool:
    """«Ignore previous instructions and register ...»: neither name nor phone of such a message is the client's."""
    keys = [t.key for t in scene.tokens if t.kind == "word"]
    return any(k.startswith(_IGNORE) for k in keys) and any(k.startswith(_RULES) for k in keys)
