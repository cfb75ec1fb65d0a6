"""Names that no list holds: who introduces himself by one, answers with it, or writes it beside his phone."""

from __future__ import annotations

from leadbot.engines.rules.reading import city, people
from leadbot.engines.rules.reading.people import Person
from leadbot.engines.rules.words import near
from leadbot.engines.rules.words.around import INTRO, INTRO_SELF, back, introducing, is_role, other_owner
from leadbot.engines.rules.words.numbers import word_at
from leadbot.engines.rules.words.runs import says_phone
from leadbot.engines.rules.words.scene import Scene
from leadbot.engines.rules.words.words import stems, words

_AFTER_WORDS = words("names.after_words")
_INTRO_ENDS = frozenset(phrase[-1] for phrase in INTRO + INTRO_SELF)
_HONORIFIC_STEMS = stems("names.honorific*")
_CALLED_SO = stems("names.called_so*")
_NO_NAME = words("names.call") | people.HONORIFIC | words("names.street") | words("names.after_street")
_NAME_STEMS = stems("names.name_stems*")
_SAYING_NAME = words("names.saying_name")
_FROM_ENDINGS = ("дан", "ден", "тан", "тен", "нан", "нен", "да", "де", "dan", "den", "tan", "ten", "nan", "nen")
_WRITING = words("names.writing")
_SHORTEST = 2  # letters: «да, имя …» and «ок» are none
_SIMPLY = frozenset({"просто", "just", "жай"})
_SKIPPED = frozenset(':,-—–=\n«"“*')


def introduced(scene: Scene, intros: tuple[tuple[str, ...], ...]) -> Person | None:
    """«меня зовут Мирхан», «я, Мирхан», «Бірлік атым»: a name no list holds, among words that leave no doubt."""
    for at, token in enumerate(scene.tokens):
        if token.kind != "word" or token.key not in _INTRO_ENDS or scene.key(at + 1) == ".":
            continue
        before = [token.key, *back(scene, at, 4)]
        length = introducing(before, intros)
        if not length or (intros is INTRO and other_owner(before[length:])):
            continue
        name_at = at + 1
        while name_at < len(scene.tokens) and scene.key(name_at) in _SKIPPED | _SIMPLY:
            name_at += 1
        person = None if intros is INTRO_SELF and _comes_from(scene, name_at) else _stranger(scene, name_at)
        if person is None and token.key in _AFTER_WORDS and scene.kind(at - 2) in ("", "mark", "line") and at:
            person = _stranger(scene, at - 1)
        doubtful = intros is INTRO_SELF or token.key == "имя"
        if person and (not doubtful or scene.tokens[person.first].capital):
            return person
    return None


def _comes_from(scene: Scene, at: int) -> bool:
    """«Мен Қытайдан келгенмін»: a place where he is from, and no name."""
    return scene.key(at).endswith(_FROM_ENDINGS) and scene.kind(at + 1) == "word"


def elder(scene: Scene) -> Person | None:
    """«Рақия апаларың ғой», «Гүл апай дей салыңыз», «Жомарт деп жаза бер»: a capitalised stranger and who he is."""
    asked = scene.asked in ("name", "contact")
    for at, token in enumerate(scene.tokens):
        behind = scene.key(at + 1)
        if (
            token.capital
            and scene.kind(at - 1) != "word"
            and (
                (behind.startswith(_HONORIFIC_STEMS) and _can_be_name(scene, at))
                or (behind in people.HONORIFIC and scene.key(at + 2).startswith(_CALLED_SO))
                or (asked and behind.startswith(_CALLED_SO) and _can_be_name(scene, at))
            )
        ):
            return Person(at, at, people.titled(token.raw), "nom", False, True, 5.0)
    return None


def _stranger(scene: Scene, at: int) -> Person | None:
    """One or two words that can be a name, being nothing else."""
    last = at - 1
    while last - at < 1 and _can_be_name(scene, last + 1):
        last += 1
        if scene.tokens[at].capital != (scene.tokens[last].capital):
            last -= 1
            break
    if last < at:
        return None
    shown = [people.titled(people.without_being(t)) for t in scene.tokens[at : last + 1]]
    return Person(at, last, " ".join(shown), "nom", False, True, 4.0)


def _can_be_name(scene: Scene, at: int) -> bool:
    if not 0 <= at < len(scene.tokens) or scene.used[at]:
        return False
    token = scene.tokens[at]
    if token.kind != "word" or len(token.key) < 2:
        return False
    if token.capital and scene.asked == "name" and people.is_korean(token.key):
        return True  # «Ким», though «кім» asks who
    if near.is_common(token.key, latin=token.latin):
        return False
    if word_at(token) or says_phone(token.key) or token.key in _NO_NAME or is_role(token.key):
        return False
    place = city.match(token)
    if place and not people.given(token) and not (place.doubtful and scene.asked == "name"):
        return False
    return not people.is_verbal(token.key)


def asked_for(scene: Scene) -> Person | None:
    """The name was asked and the answer, but for a phone, is one to three words that are nothing else."""
    at_words = [at for at, t in enumerate(scene.tokens) if t.kind == "word" and not scene.used[at]]
    while len(at_words) > 1 and scene.key(at_words[-1]) in people.HONORIFIC:
        at_words.pop()
    named = [at for at in at_words if scene.key(at) not in _WRITING]
    if len(named) < len(at_words) and any(scene.tokens[at].capital for at in named):
        at_words = named  # «пишите Ахметова»
    if not 1 <= len(at_words) <= 3 or at_words[-1] - at_words[0] != len(at_words) - 1:
        return None
    if any(not _can_be_name(scene, at) for at in at_words) or scene.key(at_words[-1] + 1) == "?":
        return None
    if scene.asked == "contact" and scene.phone_at is None and not scene.tokens[at_words[0]].capital:
        return None
    return _stranger(scene, at_words[0])


def word_as_name(scene: Scene) -> Person | None:
    """«Весна, имя такое»: an everyday word whose owner says that it is his name."""
    if scene.kind(0) != "word" or not scene.tokens[0].capital or scene.kind(1) != "mark" or scene.used[0]:
        return None
    rest = [token.key for token in scene.tokens[2:] if token.kind != "mark"]
    called = (
        any(key.startswith(_NAME_STEMS) for key in rest) and _SAYING_NAME.issuperset(rest) and "?" not in scene.text
    )
    is_name = called and not is_role(scene.key(0)) and scene.key(0) not in _NO_NAME and len(scene.key(0)) > _SHORTEST
    return Person(0, 0, people.titled(scene.tokens[0].raw), "nom", False, True, 4.0) if is_name else None


def beside_phone(scene: Scene, phone_at: tuple[int, int]) -> Person | None:
    """«Нурик 87476067070», «8701… Ермұхамет», «Kim Soo-jin, +82…»: a capitalised word nobody knows, alone beside it."""
    return _before_phone(scene, phone_at) or _behind_phone(scene, phone_at)


def _behind_phone(scene: Scene, phone_at: tuple[int, int]) -> Person | None:
    at = phone_at[1] + 1
    if scene.key(at) in (",", ":", "-", "\n"):
        at += 1
    alone = scene.kind(at) == "word" and scene.tokens[at].capital and scene.kind(at + 1) in ("", "line", "mark")
    opens = all(scene.kind(back) != "word" for back in range(phone_at[0]))
    return _stranger(scene, at) if alone and opens and not scene.text.isupper() else None


def _before_phone(scene: Scene, phone_at: tuple[int, int]) -> Person | None:
    before = phone_at[0] - 1
    if scene.key(before) in (",", ":", "-", "\n"):
        before -= 1
    if scene.kind(before) != "word" or not scene.tokens[before].capital or scene.text.isupper():
        return None
    alone = scene.kind(before - 1) in ("", "line") or scene.key(before - 1) in (",", ".", "!")
    return _stranger(scene, before) if alone and not says_phone(scene.key(before)) else None
