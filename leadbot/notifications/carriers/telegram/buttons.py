"""The buttons under a lead's notice: what they say, what a press of one sends back, and what is answered to it.

Pure, in ru, kk and en. What comes back was typed by anybody: it names a lead and what the presser saw of it, never who
he is or whose the lead is. Telegram takes 64 bytes of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from leadbot.notifications.notices import one_line


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: it either sends `data` back to us (64 bytes at most) or opens `url`."""

    text: str
    data: str = ""
    url: str = ""


Buttons = Sequence[Sequence[Button]]  # rows of buttons
Words = Mapping[str, Mapping[str, str]]

PHRASES: Words = {
    "take": {"ru": "Беру", "kk": "Аламын", "en": "Take"},
    "call": {"ru": "Перезвонить", "kk": "Қайта қоңырау", "en": "Call back"},
    "lost": {"ru": "Отказ", "kk": "Бас тартты", "en": "Lost"},
    "open": {"ru": "Открыть", "kk": "Ашу", "en": "Open"},
    "back": {"ru": "‹ Назад", "kk": "‹ Артқа", "en": "‹ Back"},
    "hour": {"ru": "Через час", "kk": "Бір сағаттан кейін", "en": "In an hour"},
    "tomorrow": {"ru": "Завтра, {time}", "kk": "Ертең, {time}", "en": "Tomorrow, {time}"},
    "taken": {
        "ru": "Взяли в работу: {manager}, {time}",
        "kk": "Жұмысқа кірісті: {manager}, {time}",
        "en": "Taken by {manager}, {time}",
    },
    "assignee": {"ru": "Ответственный: {manager}", "kk": "Жауапты: {manager}", "en": "Assignee: {manager}"},
    "call_at": {
        "ru": "🔔 Перезвонить: {manager}, {time}",
        "kk": "🔔 Қайта қоңырау: {manager}, {time}",
        "en": "🔔 Call back: {manager}, {time}",
    },
    "yours": {"ru": "Заявка ваша", "kk": "Өтінім сізге бекітілді", "en": "The lead is yours"},
    "reminder": {"ru": "Напоминание: {time}", "kk": "Еске салғыш: {time}", "en": "Reminder: {time}"},
    "taken_other": {
        "ru": "Заявку уже взяли: {manager}",
        "kk": "Өтінімді алып қойған: {manager}",
        "en": "Already taken by {manager}",
    },
    "changed": {
        "ru": "Заявку уже изменили. Показано, как сейчас",
        "kk": "Өтінім өзгеріп қойған. Қазіргі күйі көрсетілді",
        "en": "The lead has been changed. Showing it as it is now",
    },
    "gone": {"ru": "Этой заявки здесь нет", "kk": "Мұнда бұл өтінім жоқ", "en": "There is no such lead here"},
    "viewer": {
        "ru": "На это нет прав. Обратитесь к владельцу компании",
        "kk": "Бұған рұқсат жоқ. Компания иесіне хабарласыңыз",
        "en": "You are not allowed to do this",
    },
    "who": {
        "ru": "Сначала подключите свой Telegram: Leadbot → Настройки → Профиль",
        "kk": "Алдымен өз Telegram аккаунтыңызды қосыңыз: Leadbot → Баптаулар → Профиль",
        "en": "Connect your own Telegram first: Leadbot → Settings → Profile",
    },
    "person": {
        "ru": "Готово, {manager}: теперь заявки можно брать и клиентам отвечать прямо здесь.",
        "kk": "Дайын, {manager}: енді өтінімді алып, клиентке осы жерден жауап бере аласыз.",
        "en": "Done, {manager}: you can now take leads and answer clients right here.",
    },
    "sent": {
        "ru": "Отправлено клиенту. Бот молчит, отвечаете вы.",
        "kk": "Клиентке жіберілді. Бот үнсіз, енді сіз жауап бересіз.",
        "en": "Sent to the client. The bot is silent, you are answering.",
    },
    "held": {
        "ru": "Диалог уже ведёт {manager}",
        "kk": "Диалогты {manager} жүргізіп жатыр",
        "en": "{manager} has this conversation",
    },
    "elsewhere": {
        "ru": "Отсюда этому клиенту не ответить: он пишет через вашу программу. Ответьте ему там или позвоните.",
        "kk": "Бұл клиентке осы жерден жауап бере алмайсыз: ол сіздің бағдарламаңыз арқылы жазады. Сол жерден жауап "
        "беріңіз немесе қоңырау шалыңыз.",
        "en": "This client can’t be answered from here: they write through your own program. Answer there, or call.",
    },
    "no_talk": {
        "ru": "У этой заявки нет переписки. Позвоните клиенту.",
        "kk": "Бұл өтінімнің диалогы жоқ. Клиентке қоңырау шалыңыз.",
        "en": "This lead has no conversation. Call the client.",
    },
    "text_only": {
        "ru": "Отсюда клиенту можно отправить только текст.",
        "kk": "Осы жерден клиентке тек мәтін жіберуге болады.",
        "en": "Only text can be sent to the client from here.",
    },
}
STAGES: Words = {
    "new": {"ru": "Новая", "kk": "Жаңа", "en": "New"},
    "in_progress": {"ru": "Взяли в работу", "kk": "Жұмыста", "en": "In progress"},
    "measurement": {"ru": "Замер назначен", "kk": "Өлшеу белгіленді", "en": "Site visit set"},
    "estimate": {"ru": "Смета отправлена", "kk": "Смета жіберілді", "en": "Estimate sent"},
    "won": {"ru": "Договор", "kk": "Келісімшарт", "en": "Won"},
    "lost": {"ru": "Отказ", "kk": "Бас тартты", "en": "Lost"},
}
REASONS: Words = {
    "expensive": {"ru": "Дорого", "kk": "Қымбат", "en": "Too expensive"},
    "competitor": {"ru": "Другая компания", "kk": "Басқа компанияны таңдады", "en": "Chose another"},
    "unreachable": {"ru": "Не дозвонились", "kk": "Хабарласа алмадық", "en": "Not reached"},
    "not_ours": {
        "ru": "Не наш город или работа",
        "kk": "Біздің қала немесе біздің жұмыс емес",
        "en": "Not our city or work",
    },
    "postponed": {"ru": "Отложили", "kk": "Кейінге қалдырды", "en": "Postponed"},
    "duplicate": {"ru": "Дубль", "kk": "Қайталанған", "en": "Duplicate"},
    "spam": {"ru": "Спам", "kk": "Спам", "en": "Spam"},
}
HOUR, MORNING = "hour", "morning"
MENUS = ("call", "lost", "")  # the last: no menu
_DATA = re.compile(r"(take|call|lost|menu):([1-9]\d{0,9}):([a-z_]{3,12}\.\d{1,10}):([a-z_]{0,12})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """A button pressed: what to do (take, call, lost, or show a menu) with which lead. `seen` is the lead's stage and
    assignee as the buttons showed them, `choice` when to call, why it is lost, which menu."""

    act: str
    lead_id: int
    seen: str
    choice: str = ""

    def data(self) -> str:
        return f"{self.act}:{self.lead_id}:{self.seen}:{self.choice}"

    @classmethod
    def read(cls, data: object) -> Self | None:
        """What a press sent; None for anything that no button of ours sends."""
        found = _DATA.fullmatch(data) if isinstance(data, str) else None
        return cls(found[1], int(found[2]), found[3], found[4]) if found else None


@dataclass(frozen=True, slots=True)
class Keys:
    """What the buttons of one notice depend on. `morning` is when "tomorrow morning" is, as it is written on it."""

    lead_id: int
    seen: str
    is_open: bool = True
    is_free: bool = True
    menu: str = ""
    morning: str = ""
    url: str = ""


def under(keys: Keys, language: str) -> Buttons:
    """The rows of buttons: a menu where one is open, else what can be done with the lead as it stands."""
    press = Press("", keys.lead_id, keys.seen)

    def key(text: str, act: str, choice: str = "") -> Button:
        return Button(text, data=replace(press, act=act, choice=choice).data())

    if keys.is_open and keys.menu == "call":
        choices = [key(phrase("hour", language), "call", HOUR), key(keys.morning, "call", MORNING)]
        return [choices, [key(phrase("back", language), "menu")]]
    if keys.is_open and keys.menu == "lost":
        reasons = [key(_of(REASONS, reason, language), "lost", reason) for reason in REASONS]
        pairs = [reasons[start : start + 2] for start in range(0, len(reasons), 2)]
        return [*pairs[:-1], [*pairs[-1], key(phrase("back", language), "menu")]]
    work = [key(phrase("take", language), "take")] if keys.is_free else []
    work += [key(phrase(menu, language), "menu", menu) for menu in ("call", "lost")]
    link = [Button(phrase("open", language), url=keys.url)] if keys.url else []
    return [row for row in (work if keys.is_open else [], link) if row]


def phrase(key: str, language: str, **values: str) -> str:
    """One of the phrases."""
    return _of(PHRASES, key, language).format(**{name: one_line(value) for name, value in values.items()})


def stage(key: str, language: str, reason: str = "", own: str = "") -> str:
    """«Отказ (Дорого)»; `own` is what the company calls the stage."""
    why = f" ({_of(REASONS, reason, language)})" if reason else ""
    return f"{own or _of(STAGES, key, language)}{why}"


def _of(words: Words, key: str, language: str) -> str:
    row = words[key]
    return row.get(language) or row["ru"]
