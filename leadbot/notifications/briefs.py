"""Notices as they stand on a lock screen and in the subject of a letter, in ru, kk and en.

Pure functions over plain data. A first name and what it is about, never a phone and never a client's words: whoever
stands beside the phone may read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from leadbot.notifications.notice import Brief
from leadbot.notifications.notice_texts import PHRASES
from leadbot.notifications.notices import LeadNotice, label_of, one_line, wanted

Words = Mapping[str, Mapping[str, str]]

TITLES: Words = {
    "new": {"ru": "Новая заявка №\u00a0{n}", "kk": "Жаңа өтінім №\u00a0{n}", "en": "New lead #{n}"},
    "returned": {
        "ru": "Клиент написал снова: №\u00a0{n}",
        "kk": "Клиент қайта жазды: №\u00a0{n}",
        "en": "The client wrote again: #{n}",
    },
    "updated": {"ru": "№\u00a0{n}: новые данные", "kk": "№\u00a0{n}: жаңа мәлімет", "en": "#{n}: new details"},
    "otherwise": {
        "ru": "№\u00a0{n}: клиент говорит иначе",
        "kk": "№\u00a0{n}: клиент басқаша айтып отыр",
        "en": "#{n}: the client says otherwise",
    },
    "withdrawn": {
        "ru": "№\u00a0{n}: клиент передумал",
        "kk": "№\u00a0{n}: клиент райынан қайтты",
        "en": "#{n}: the client has changed their mind",
    },
    "call": {
        "ru": "Клиент ждёт менеджера",
        "kk": "Клиент менеджерді күтіп тұр",
        "en": "A client is waiting for a manager",
    },
    "calls": {
        "ru": "Сразу много клиентов ждут менеджера",
        "kk": "Бірден көп клиент менеджерді күтіп тұр",
        "en": "Many clients are waiting for a manager",
    },
    "unanswered": {
        "ru": "Клиент ждёт ответа {minutes}\u00a0мин",
        "kk": "Клиент {minutes}\u00a0мин жауап күтіп тұр",
        "en": "A client has waited {minutes}\u00a0min for an answer",
    },
    "wrote": {"ru": "Клиент написал", "kk": "Клиент жазды", "en": "A client has written"},
    "complaint": {"ru": "Жалоба клиента", "kk": "Клиент шағымданып тұр", "en": "A client complains"},
    "reminder": {
        "ru": "Заявка №\u00a0{n} ждёт {minutes}\u00a0мин",
        "kk": "№\u00a0{n} өтінім {minutes}\u00a0мин күтіп тұр",
        "en": "Lead #{n} has been waiting {minutes}\u00a0min",
    },
    "escalation": {
        "ru": "Заявка №\u00a0{n} без ответа {minutes}\u00a0мин",
        "kk": "№\u00a0{n} өтінім {minutes}\u00a0мин жауапсыз тұр",
        "en": "Lead #{n} unanswered for {minutes}\u00a0min",
    },
    "task": {
        "ru": "Перезвоните в {time}",
        "kk": "Сағат {time}, қайта қоңырау шалыңыз",
        "en": "Call back at {time}",
    },
    "check": {
        "ru": "Тестовое уведомление",
        "kk": "Сынақ хабарландыруы",
        "en": "Test notification",
    },
    "arrives": {
        "ru": "Уведомления будут приходить сюда",
        "kk": "Хабарландырулар осында келеді",
        "en": "Notifications will arrive here",
    },
}
MANY: Words = {
    "leads": {"ru": "Новых заявок: {n}", "kk": "Жаңа өтінім: {n}", "en": "New leads: {n}"},
    "answers": {"ru": "Новых сообщений: {n}", "kk": "Жаңа хабарлама: {n}", "en": "New messages: {n}"},
    "tasks": {"ru": "Напоминаний: {n}", "kk": "Еске салғыш: {n}", "en": "Reminders: {n}"},
    "": {"ru": "Уведомлений: {n}", "kk": "Хабарландыру: {n}", "en": "Notifications: {n}"},
}
_PHONE = re.compile(r"\+?\d(?:[\s().\u00a0-]*\d){5,}")


def of_lead(key: str, lead: LeadNotice, language: str, minutes: int = 0) -> Brief:
    """«Новая заявка № 128», «Канат · дом, 150 м², Алматы»."""
    body = " · ".join(filter(None, (first_name(lead.name), wanted(lead, language))))
    return _brief(_title(key, language, n=str(lead.number), minutes=str(minutes)), body, language, lead.is_test)


def changed(key: str, lead: LeadNotice, language: str, field: str, value: str) -> Brief:
    """«№ 128: новые данные», «Имя: Канат»; of a phone only that it is another."""
    label = label_of(field, language)
    body = label if field == "phone" else f"{label}: {one_line(value)}"
    return _brief(_title(key, language, n=str(lead.number)), body, language, lead.is_test)


def of_client(key: str, who: str, language: str, minutes: int = 0) -> Brief:
    """«Клиент ждёт менеджера», «Канат»; `who` is a name, a phone or «Гость 7»."""
    return _brief(_title(key, language, minutes=str(minutes)), first_name(who) if _has_letters(who) else "", language)


def many_call(language: str) -> Brief:
    """«Сразу много клиентов ждут менеджера»."""
    return Brief(_title("calls", language))


def task(lead: LeadNotice, language: str, time: str, note: str) -> Brief:
    """«Перезвоните в 16:00», «Канат · про смету»."""
    body = " · ".join(filter(None, (first_name(lead.name), one_line(note))))
    return _brief(_title("task", language, time=time), body, language, lead.is_test)


def check(language: str) -> Brief:
    """What a person sends to himself, to see whether it arrives."""
    return Brief(_title("check", language), _title("arrives", language))


def many(group: str, count: int, language: str) -> str:
    """«Новых заявок: 10»."""
    row = MANY.get(group, MANY[""])
    return (row.get(language) or row["ru"]).format(n=count)


def first_name(name: str | None) -> str:
    """«Канат» of «Канат Жумабеков»; a guest keeps his number."""
    words = without_phones(one_line(name)).split(" ")
    return words[0] if words else ""


def without_phones(text: str) -> str:
    """The text with whatever may be a phone left out."""
    return " ".join(_PHONE.sub("…", text).split(" ")).strip()


def _has_letters(who: str) -> bool:
    return any(char.isalpha() for char in who)


def _title(key: str, language: str, **values: str) -> str:
    row = TITLES[key]
    return (row.get(language) or row["ru"]).format(**values)


def _brief(title: str, body: str, language: str, is_test: bool = False) -> Brief:
    mark = PHRASES["test"].get(language) or PHRASES["test"]["ru"]
    return Brief(f"{mark}{title}" if is_test else title, without_phones(body))
