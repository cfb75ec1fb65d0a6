"""What stands around a notice in its letter, in ru, kk and en."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "open": {"ru": "Открыть в Leadbot", "kk": "Leadbot-та ашу", "en": "Open in Leadbot"},
    "foot": {
        "ru": "Вы сами выбрали это письмо в профиле. Изменить: {url}",
        "kk": "Бұл хатты профильде өзіңіз таңдадыңыз. Өзгерту: {url}",
        "en": "You chose this letter in your profile. Change it: {url}",
    },
}


def say(key: str, language: str, **values: str) -> str:
    """One of the texts."""
    row = TEXTS[key]
    return (row.get(language) or row["ru"]).format(**values)
