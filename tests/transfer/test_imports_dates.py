"""Moments in all forms that spreadsheets and other programs have."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from collecting import over

from leadbot.transfer import imports_dates, imports_values

ALMATY = ZoneInfo("Asia/Almaty")
HALF_PAST_THREE = """
23.11.2026, 15:30 | 23.11.2026 15:30 | 23/11/26 15:30 | 2026-11-23 15:30 | 2026-11-23T10:30:00Z | 23.11.2026 15.30
2026-11-23T15:30:00+05:00 | 2026-11-23 15:30 +0500 | 23.11.2026 15:30 (UTC+5) | 23.11.2026 15:30 GMT+5
23 ноября 2026 г., 15:30 | 23 нояб. 2026 15:30 | понедельник, 23 ноября 2026 г. 15:30 | 46349.6458333333
2026 ж. 23 қараша, 15:30 | 23 қараша 2026 ж. 15:30 | 2026 жылғы 23 қараша, 15:30 | 46349,6458333333
Nov 23, 2026 3:30 PM | November 23, 2026 15:30 | 23-Nov-26 3:30 pm | Mon, 23 Nov 2026 15:30:00 +0500 | 1795429800
1795429800000 | 2026/11/23 15:30:00 | 2026.11.23 15:30
"""
TEXTS = [each.strip() for line in HALF_PAST_THREE.strip().splitlines() for each in line.split("|")]


def test_one_moment_in_many_words() -> None:
    read = {text: f"{imports_dates.read(text, ALMATY).astimezone(ALMATY):%Y-%m-%d %H:%M}" for text in TEXTS}
    assert {text: said for text, said in read.items() if said != "2026-11-23 15:30"} == {}


def test_the_zone_changed_in_march_2024() -> None:
    offsets = [f"{imports_dates.read(text, ALMATY):%z}" for text in ("29.02.2024", "2 наурыз 2024", "45355")]
    assert offsets == ["+0600", "+0500", "+0500"]


def test_a_column_says_whether_the_month_comes_first() -> None:
    assert imports_dates.is_month_first(["11/23/2026", "02/03/2026"])
    assert not imports_dates.is_month_first(["23/11/2026", "02/03/2026"])
    assert not imports_dates.is_month_first(["02/03/2026"])
    assert f"{imports_dates.read('02/03/2026', ALMATY, month_first=True):%d.%m}" == "03.02"


def test_a_clock_of_its_own_column_belongs_to_the_day() -> None:
    moments = [
        imports_values.moment("23.11.2026", clock, ALMATY, month_first=False)
        for clock in ("15:30", "3:30 PM", 0.6458333333)
    ]
    assert {f"{each:%H:%M}" for each in moments} == {"15:30"}


@over(["вчера", "32.11.2026", "11/23/2026", "29.02.2023", "Дата", "12", "1e309"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        imports_dates.read(text, ALMATY)
