"""The contact's name: who introduces himself, who is to be called; never a manager, a neighbour, a street or a firm."""

from __future__ import annotations

from leadbot.engines.rules.reading import city, people, strangers
from leadbot.engines.rules.reading.people import Person
from leadbot.engines.rules.words import near
from leadbot.engines.rules.words.around import (
    INTRO,
    INTRO_KNOWN,
    INTRO_SELF,
    NOT_RELATION,
    RELATION,
    STAFF,
    ahead,
    back,
    introducing,
    is_role,
    other_owner,
)
from leadbot.engines.rules.words.scene import Found, Scene
from leadbot.engines.rules.words.text import fold
from leadbot.engines.rules.words.words import phrases, stems, words

_AFTER = phrases("names.after")
_CALL = words("names.call")
_DEED = stems("names.others_deed*")
_FIRM = words("names.street")
_AFTER_FIRM = words("names.after_street")
_WITH = words("names.with")
_SPOKEN = stems("names.spoken*")
_WORKS, _AT_YOU = words("names.works"), words("names.at_you")
_HONORIFIC_STEMS = stems("names.honorific*")
_NAME_STEMS = stems("names.name_stems*")
_SELF_WORDS = words("names.self")
_QUARTERS = words("where.quarters_named_so")
_MINE = words("names.mine")
_RATHER_WORDS = words("names.rather_words")  # «Қымбат!» alone says that it is dear
_YOURS = words("names.yours")
_FILLERS = words("names.fillers")
_GREETING = stems("names.greeting*")
_EDGES = ("", "mark", "line")
_CALLED_SO = stems("names.called_so*")
_TO = frozenset({"к", "ко"})
_CALL_BEHIND = stems("names.call_behind*")
_STOPS = frozenset(".!?;()…,\n")

_THEIR_NAME = frozenset({"аты", "есими", "имя", "name", "aty", "зовут"})
_MY_NAME = ("атымды", "есимимди", "atymdy")
_WORDS_TOO = words("names.words_too")
_FEW = 4  # words of a message that is an answer

# How surely a person is the contact.
INTRODUCED, CALLED, BESIDE_PHONE, ALONE, RELATIVE_TO_CALL, RELATIVE = 10.0, 8.0, 6.0, 5.0, 3.5, 3.0


def find(scene: Scene) -> tuple[Found | None, bool]:
    """The contact's name, and whether one was only taken back («не Алена»)."""
    phone_at = scene.phone_at
    persons = _persons(scene)
    denied = [p for p in persons if near.denied(scene, p.first, p.last)]
    for person in persons:
        if person not in denied:
            person.score = INTRODUCED if _replaces(scene, person, denied) else _score(scene, person)
    best = max((p for p in persons if p.score > 0), key=lambda p: (p.score, -p.first), default=None)
    if best is None or best.score < INTRODUCED:
        best = (
            strangers.introduced(scene, INTRO)
            or best
            or strangers.introduced(scene, INTRO_SELF)
            or strangers.elder(scene)
        )
    if best is None and scene.asked in ("name", "contact"):
        best = strangers.asked_for(scene) or strangers.word_as_name(scene)
    if best is None and phone_at is not None:
        best = strangers.beside_phone(scene, phone_at)
    if best is None:
        return None, bool(denied)
    scene.take(best.first, best.last)
    corrects = any(p.first < best.first for p in denied)
    return scene.found(best.shown, best.first, best.last, sure=best.known, corrects=corrects), False


def _persons(scene: Scene) -> list[Person]:
    """Every given name of the message with the surname and patronymic beside it."""
    found: list[Person] = []
    at = 0
    while at < len(scene.tokens):
        person = None if scene.used[at] else people.person_at(scene, at)
        if person:
            found.append(person)
            at = person.last
        at += 1
    return found


def _replaces(scene: Scene, person: Person, denied: list[Person]) -> bool:
    """«не Алена, а Елена»."""
    return any(
        0 < person.first - other.last <= 3 and scene.key(person.first - 1) in ("а", ",", "но", "емес")
        for other in denied
    )


def _score(scene: Scene, person: Person) -> float:
    """How surely this is the contact; 0: not at all."""
    phone_at = scene.phone_at
    if _is_firm_or_street(scene, person):
        return 0
    if scene.key(person.last).endswith("'s") and is_role(scene.key(person.last + 1)):
        return 0  # "I'm Daniyar's wife Laura"
    if introduced(scene, person):
        return INTRODUCED
    if _is_of_ours(scene, person):
        return 0
    owner = _somebody_else(scene, person)
    if scene.key(person.first - 1) in _TO and person.case != "nom":
        return 0  # «запишите к Алие»
    if any(word in _CALL for word in back(scene, person.first, 5 if owner == "relation" else 3)):
        scene.relative = scene.relative or (person.shown if owner == "relation" else "")
        return RELATIVE_TO_CALL if owner else CALLED
    if owner == "relation" and _is_to_be_called(scene, person):
        return RELATIVE_TO_CALL
    if (owner == "relation" and person.first > 1) or _is_of_another(scene, person):
        scene.relative = scene.relative or person.shown
    if owner:
        own_staff = (
            owner == "staff" and _gap_to_phone(person, phone_at) <= 2 and not _YOURS & set(back(scene, person.first, 4))
        )
        # «секретарь Алина», «Сабина менеджер», but not «сосед Серик хвалил»
        behind = scene.key(person.last + 1)
        alone = person.first <= 1 and (scene.kind(person.last + 1) != "word" or behind in (*STAFF, "деген"))
        himself = alone and scene.asked in ("name", "contact")
        return RELATIVE if own_staff or himself or (phone_at is not None and owner == "relation") else 0
    asked = scene.asked in ("name", "contact")
    if phone_at is None and not asked and _is_a_place_or_word(scene, person):
        return 0
    if person.case in ("gen", "acc", "abl", "loc", "dat", "ins") and not scene.tokens[person.first].capital:
        return 0
    if person.case in ("gen", "abl", "loc", "dat", "ins") and not asked:
        return 2 if phone_at is not None and not person.doubtful else 0
    alone = _stands_alone(scene, person)
    whole = _is_whole_message(scene, person)
    if person.doubtful and not (alone and (asked or phone_at is not None or whole or speaks_of_names(scene))):
        return 0
    beside = _gap_to_phone(person, phone_at) <= 2
    if not (alone or beside or scene.tokens[person.first].capital) and _is_but_a_word(scene, person):
        return 0
    if asked or phone_at is not None:
        return BESIDE_PHONE + 0.5 * scene.tokens[person.first].capital + 0.4 * beside
    alone = alone or (person.first == 0 and ahead(scene, person.last, 1)[:1] in (["с"], ["из"], ["from"]))
    return ALONE if alone and not _is_addressed(scene, person) else 0


def _is_of_ours(scene: Scene, person: Person) -> bool:
    """«Позовите Айгуль, я с ней говорил», «Асқар ұста сіздерде істей ме?»: one of the company's people."""
    begin, end = scene.clause(person.first)
    clause = scene.words(begin, end)
    if clause & _WORKS and clause & _AT_YOU:
        return True
    called = scene.phone_at is None and bool(clause & _CALL)
    return called and any(word.startswith(_SPOKEN) for word in scene.words(person.last + 1, len(scene.tokens)))


def _is_a_place_or_word(scene: Scene, person: Person) -> bool:
    """«Шымкент Нурсат», «Nursat, 2 bolmeli», «монша, 5 ке 5, кулан», where no name is due."""
    token = scene.tokens[person.first]
    known = people.given(token)
    is_quarter = known is not None and fold(known.name) in _QUARTERS
    if (scene.asked == "city" or is_quarter) and _follows_place(scene, person.first):
        return True  # it goes on with the address
    if is_quarter and scene.asked:
        return True
    return not token.capital and (token.key in _WORDS_TOO or city.match(token) is not None)


def _is_but_a_word(scene: Scene, person: Person) -> bool:
    """«али билмейм» (әлі), «зал бөлек»: without its capital, amid other words, a name may be one of them."""
    words = sum(token.kind == "word" for token in scene.tokens)
    return scene.key(person.first) in _WORDS_TOO or (words > _FEW and person.first > 0)


def _is_to_be_called(scene: Scene, person: Person) -> bool:
    """«тәтемнің аты Хадиша, звонить ей»."""
    behind = [scene.key(at) for at in range(person.last + 1, person.last + 4)]
    return any(word.startswith(_CALL_BEHIND) for word in behind)


def _is_kins(scene: Scene, person: Person) -> bool:
    """«інімнің нөмірі 8707…, аты Дәурен»: named behind the number of one of his."""
    phone_at = scene.phone_at
    named = scene.key(person.first - 1) in _THEIR_NAME and phone_at is not None and phone_at[1] < person.first
    return named and any(is_role(scene.key(at)) for at in range(phone_at[0] if phone_at else 0))


def _is_of_another(scene: Scene, person: Person) -> bool:
    """«её зовут Галия», «аты Галия»: introduced, but not by himself."""
    if _is_kins(scene, person):
        return True
    before = back(scene, person.first, 5)
    strong = introducing(before, INTRO) or introducing(before, INTRO_KNOWN)
    return bool(strong) and other_owner(before[strong:])


def _follows_place(scene: Scene, first: int) -> bool:
    """Is the last thing before this token one that has been read, as a town is, with no sentence end between?"""
    at = first - 1
    while at >= 0 and scene.key(at) in (",", "-", "қ", "к", "."):
        at -= 1
    return at >= 0 and bool(scene.used[at]) and city.match(scene.tokens[at]) is not None


def _is_whole_message(scene: Scene, person: Person) -> bool:
    """«Слава»: a capitalised name and nothing else, whatever was asked."""
    rest = (t for at, t in enumerate(scene.tokens) if not person.first <= at <= person.last)
    if any(t.kind == "number" or (t.kind == "word" and t.key not in people.HONORIFIC) or t.key == "?" for t in rest):
        return False
    token = scene.tokens[person.first]
    return token.capital and token.key not in _RATHER_WORDS and scene.asked != "city"


def speaks_of_names(scene: Scene) -> bool:
    """«атымды қате жазыппын, Алмасбек»."""
    return any(t.kind == "word" and t.key.startswith(_NAME_STEMS) for t in scene.tokens)


def _is_addressed(scene: Scene, person: Person) -> bool:
    """«Здравствуйте, Марат!» greets the manager."""
    behind = [scene.key(at) for at in range(person.last + 1, person.last + 4)]
    return any(word.startswith(_GREETING) for word in [*back(scene, person.first, 2), *behind[1:]])


def _gap_to_phone(person: Person, phone_at: tuple[int, int] | None) -> int:
    """Tokens from the name to the phone, at least 1; many where there is none."""
    if phone_at is None:
        return 1000
    return person.first - phone_at[1] if person.first > phone_at[1] else phone_at[0] - person.last


def _stands_alone(scene: Scene, person: Person) -> bool:
    """Is the name a clause of its own, or right beside the phone?"""
    phone_at = scene.phone_at
    if _gap_to_phone(person, phone_at) <= 2:
        return True
    first, last = person.first, person.last
    while scene.key(first - 1) in _FILLERS:
        first -= 1
    if len(scene.key(last + 1)) == 1 and scene.key(last + 2) == ".":
        last += 2  # «Лилия Р.»
    while scene.key(last + 1) in people.HONORIFIC:
        last += 1  # «Айнұр апай»
    taken = first > 0 and scene.used[first - 1]  # «Аксайдан Марал, …»
    return (bool(taken) or scene.kind(first - 1) in _EDGES) and scene.kind(last + 1) in _EDGES


def introduced(scene: Scene, person: Person) -> bool:
    """«меня зовут X», «X меня зовут», «атым X», «X-мын», "my name is X", «это X», «мен X»."""
    if person.case == "cop":
        return True
    if _is_kins(scene, person):
        return False
    before = back(scene, person.first, 5)
    while before and (before[0] in _FILLERS or before[0] in people.HONORIFIC):
        before = before[1:]
    if before and is_role(before[0]) and set(before[1:3]) & _SELF_WORDS:
        return True  # «я его дочь Аня», «мен немересі Дінмұхамед»
    strong = introducing(before, INTRO)
    if strong:  # «менің атым» is nobody else's, whoever was named before
        return not _MINE.isdisjoint(before[:strong]) or not other_owner(before[strong:])
    weak = introducing(before, INTRO_KNOWN)
    if weak and person.case in ("nom", "acc"):
        return not other_owner(before[weak:]) or before[0] in _SELF_WORDS
    after = ahead(scene, person.last, 4)
    tail = next((len(phrase) for phrase in _AFTER if tuple(after[: len(phrase)]) == phrase), 0)
    if tail and any(word.startswith(_DEED) for word in after[tail : tail + 1]):
        return False  # «Қайрат деген жігіт айтты»
    if tail:
        return not (after[0] == "мен" and len(after) > 1 and scene.kind(person.last + 2) == "word") and not other_owner(
            before[:1]
        )
    if after and after[0].startswith(_HONORIFIC_STEMS) and after[0][:-2] not in people.HONORIFIC:
        return True  # «Рақия апаларың», but «Қанат ағаны жіберіңіз»
    if after[:1] and after[0] in people.HONORIFIC and after[1:] and after[1].startswith(_CALLED_SO):
        return True  # «Сапар аға дей беріңіз»
    if after[:1] == ["деп"] and any(word.startswith(_MY_NAME) for word in before):
        return True  # «атымды дұрыстаңыз, Нұрбол деп»
    if after[:1] == ["деген"] and any(word.endswith(people.BEING) for word in after[1:]):
        return True
    if {"меня", "menya"} & set(before[:2]) and after[:1] in (["зовут"], ["звать"], ["завут"], ["zovut"], ["zovyt"]):
        return not other_owner(before)
    return before[:1] == ["мени"] and after[:1] != []


def _is_firm_or_street(scene: Scene, person: Person) -> bool:
    """«ул. Розы Люксембург», «ТОО «Арман Строй»», «Абай көшесі»."""
    before, after = scene.key(person.first - 1), scene.key(person.last + 1)
    if before == "." and scene.kind(person.first - 2) == "word":
        before = scene.key(person.first - 2)
    if before == "ип" and person.last > person.first and scene.asked in ("name", "contact"):
        return False  # «ИП Ахметова Гульнар» bears its owner's name
    if before in _FIRM or after in _AFTER_FIRM:
        return before != "с"
    return before in ("«", '"', "“", "„") and scene.asked not in ("name", "contact")


def _somebody_else(scene: Scene, person: Person) -> str:
    """ "relation", "staff", "deed" or "" where nothing says that it is somebody else."""
    before = _back_in_clause(scene, person.first, 4)
    after = ahead(scene, person.last, 2)
    for at, word in enumerate(before[:3]):
        # «моей жене», «жене Алие» are not Женя
        owned = before[at + 1 : at + 2] in (["моей"], ["своей"], ["нашей"]) or (at == 0 and person.case == "dat")
        if word.startswith(RELATION) and (owned or word not in NOT_RELATION):
            return "relation"
        if word.startswith(STAFF):
            return "staff"
    if any(word.startswith(STAFF) for word in after) or after[:1] == ["деген"]:
        return "staff"
    if any(is_role(word) for word in after[:1]):
        return "relation"
    if any(word.startswith(_DEED) for word in after + before[:2]):
        return "deed"
    return "deed" if before[:1] and before[0] in _WITH else ""


def _back_in_clause(scene: Scene, first: int, count: int) -> list[str]:
    found: list[str] = []
    at = first - 1
    while at >= 0 and len(found) < count and scene.key(at) not in _STOPS:
        if scene.kind(at) == "word":
            found.append(scene.key(at))
        at -= 1
    return found
