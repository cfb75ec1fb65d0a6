"""Objects inside settings: which keys they may have. What is wrong is named by its path, `facts.0.text`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from leadbot.errors import Invalid, gathered
from leadbot.texts.languages import LANGUAGES

NOTHING = (None, "")  # what stands for a value that is left empty


def parts(value: object, field: str, names: Collection[str]) -> Mapping[str, Any]:
    """An object with none but these keys. Raises Faults that name each other one."""
    if not isinstance(value, Mapping):
        raise Invalid("Must be an object with: %(names)s", field=field, names=", ".join(names))
    with gathered() as faults:
        for key in value:
            with faults():
                if key not in names:
                    raise Invalid("This setting can't be changed", field=f"{field}.{key}")
    return value


def by_language(value: object, field: str, language: str, kind: type) -> Mapping[str, Any]:
    """Values by language; one of `kind` that comes without is taken for one in the company's own `language`."""
    if isinstance(value, kind):
        return {language: value}
    if not isinstance(value, Mapping):
        raise Invalid("Give a text by language: ru, kk, en", field=field)
    with gathered() as faults:
        for key in value:
            with faults():
                if key not in LANGUAGES:
                    raise Invalid("Give a text by language: ru, kk, en", field=f"{field}.{key}")
    return value
