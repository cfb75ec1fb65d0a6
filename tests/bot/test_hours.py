"""Working hours: arithmetic over a week, holidays and changes of clocks; typed lines; words in three languages."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from collecting import over
from hypothesis import given
from hypothesis import strategies as st

from leadbot.accounts import hours
from leadbot.accounts import hours_words as words
from leadbot.errors import Invalid

LUNCH = ("9:00–13:00, 14:00–18:00",) * 5 + ("10:00–15:00", "")
NIGHTS = ("18:00–2:00",) * 7
CLOCK_ROUND = ("24/7",) * 7


def of(lines: tuple[str, ...] = LUNCH, off: str = "", zone: str = "Asia/Almaty") -> hours.Hours:
    week = [words.read_day(line, "day") for line in lines]
    return hours.read({"week": week, "off": words.read_holidays(off, "holidays")}, zone)


def at(local: str, zone: str = "Asia/Almaty") -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))


# 24 November 2026 is a Tuesday.
@over(
    [
        ("2026-11-24 08:59", False, "2026-11-24 09:00"),
        ("2026-11-24 09:00", True, "2026-11-24 14:00"),
        ("2026-11-24 12:59", True, "2026-11-24 14:00"),
        ("2026-11-24 13:00", False, "2026-11-24 14:00"),
        ("2026-11-24 18:00", False, "2026-11-25 09:00"),
        ("2026-11-24 23:30", False, "2026-11-25 09:00"),
        ("2026-11-28 15:00", False, "2026-11-30 09:00"),
        ("2026-11-29 12:00", False, "2026-11-30 09:00"),
        ("2026-12-15 20:00", False, "2026-12-17 09:00"),
        ("2026-12-16 10:00", False, "2026-12-17 09:00"),
        ("2026-12-31 18:00", False, "2027-01-04 09:00"),
    ]
)
def test_open_and_opening(moment: str, is_open: bool, opens: str) -> None:
    own = of(off="16.12 День Независимости\n01.01–03.01")
    assert own.is_open(at(moment)) is is_open
    following = own.next_opening(at(moment))
    assert following and following.begins_at == at(opens)


def test_no_hours_are_always_open() -> None:
    none = of(("",) * 7, off="24.11")
    moment = at("2026-11-24 03:00")
    assert none.is_open(moment) and none.next_opening(moment) is None and none.closes_at(moment) is None
    assert none.after(moment, 15) == moment + timedelta(minutes=15)
    assert none.minutes_between(moment, moment + timedelta(hours=2)) == 120


def test_what_runs_past_midnight_goes_on_there() -> None:
    own = of(NIGHTS, off="25.11.2026")
    assert own.is_open(at("2026-11-25 01:59")) and not own.is_open(at("2026-11-25 02:00"))
    assert not own.is_open(at("2026-11-25 19:00")) and not own.is_open(at("2026-11-26 01:00"))
    assert own.closes_at(at("2026-11-24 23:00")) == at("2026-11-25 02:00")
    assert own.after(at("2026-11-25 01:50"), 20) == at("2026-11-26 18:10")


def test_the_clock_round_never_closes_but_on_holidays() -> None:
    moment = at("2026-11-24 12:00")
    assert of(CLOCK_ROUND).closes_at(moment) is None
    assert of(CLOCK_ROUND, off="26.11").closes_at(moment) == at("2026-11-26 00:00")
    assert of(CLOCK_ROUND).minutes_between(moment, moment + timedelta(days=3)) == 3 * 1440


@over(
    [
        ("2026-11-24 12:50", 15, "2026-11-24 14:05"),
        ("2026-11-24 17:50", 15, "2026-11-25 09:05"),
        ("2026-11-24 22:00", 15, "2026-11-25 09:15"),
        ("2026-11-28 14:50", 15, "2026-11-30 09:05"),
        ("2026-12-15 17:55", 15, "2026-12-17 09:10"),
        ("2026-11-24 09:00", 240, "2026-11-24 13:00"),
    ]
)
def test_working_minutes_pass_over_lunch_night_weekend_and_holiday(start: str, minutes: int, end: str) -> None:
    own = of(off="16.12")
    assert own.after(at(start), minutes) == at(end)
    assert own.minutes_between(at(start), at(end)) == minutes


def test_minutes_are_real_ones_where_clocks_change() -> None:
    berlin = of(("0:00–6:00",) * 7, zone="Europe/Berlin")
    spring, autumn = at("2027-03-28 00:00", "Europe/Berlin"), at("2027-10-31 00:00", "Europe/Berlin")
    assert berlin.minutes_between(spring, at("2027-03-28 12:00", "Europe/Berlin")) == 300
    assert berlin.minutes_between(autumn, at("2027-10-31 12:00", "Europe/Berlin")) == 420
    assert berlin.after(autumn, 400) == at("2027-10-31 05:40", "Europe/Berlin")
    assert of(("2:30–4:00",) * 7, zone="Europe/Berlin").is_open(at("2027-03-28 03:45", "Europe/Berlin"))


def test_the_zone_is_the_companys_own() -> None:
    assert of(zone="Europe/Berlin").is_open(at("2026-11-24 21:30")) and not of().is_open(at("2026-11-24 21:30"))


def test_a_company_that_is_off_for_good_opens_never() -> None:
    own = of(("",) * 6 + ("10:00–12:00",), off="\n".join(f"{d:02d}.{m:02d}" for m in range(1, 13) for d in (1, 15)))
    assert own.next_opening(at("2026-11-24 10:00")) is not None
    holidays = [{"day": "01-01", "to": "12-31"}]
    never = hours.read({"week": [[[0, 60]]] * 7, "off": holidays}, "Asia/Almaty")
    moment = at("2026-11-24 10:00")
    assert (never.next_opening(moment), never.after(moment, 1), never.is_open(moment)) == (None, None, False)
    assert never.minutes_between(moment, moment + timedelta(days=30)) == 0


@given(
    start=st.integers(0, 2 * 365 * 1440).map(lambda minutes: at("2026-01-01 00:00") + timedelta(minutes=minutes)),
    minutes=st.integers(1, 5000),
    lines=st.sampled_from([LUNCH, NIGHTS, CLOCK_ROUND]),
    zone=st.sampled_from(["Asia/Almaty", "Europe/Berlin", "America/St_Johns", "Pacific/Auckland"]),
)
def test_after_and_between_are_each_others_reverse(
    start: datetime, minutes: int, lines: tuple[str, ...], zone: str
) -> None:
    own = of(lines, "08.03\n01.05–03.05", zone)
    end = own.after(start, minutes)
    assert end is not None and end > start
    assert own.minutes_between(start, end) == pytest.approx(minutes)
    assert own.is_open(end - timedelta(seconds=1))


@over([
        ("9-18", "9:00–18:00"), ("09.00 - 18.00", "9:00–18:00"), ("с 9 до 13 и с 14 до 18", "9:00–13:00, 14:00–18:00"),
        ("9:00–13:00, 14:00–18:00", "9:00–13:00, 14:00–18:00"), ("14-18; 9-13", "9:00–13:00, 14:00–18:00"),
        ("9-13 13-18", "9:00–18:00"), ("круглосуточно", "0:00–24:00"), ("0:00-24:00", "0:00–24:00"), ("", ""),
        ("00:00–00:00", "0:00–24:00"), ("Выходной", ""), (" – ", ""), ("22-6", "22:00–6:00"),
        ("9-12, 13-15, 16-18", "9:00–12:00, 13:00–15:00, 16:00–18:00"), ("from 9 to 18", "9:00–18:00"),
    ])  # fmt: skip
def test_a_day_is_read_as_people_write_it(typed: str, shown: str) -> None:
    assert words.day_text(words.read_day(typed, "day0")) == shown


@over([
        ("девять", "Write it like this"), ("9", "Write it like this"), ("9-25", "Write it like this"),
        ("9:60-18", "Write it like this"), ("9-18 обед", "Write it like this"), ("24:30-2", "Write it like this"),
        ("9-9", "The start must be"), ("9-13, 12-18", "The intervals overlap"), ("9-2, 20-23", "The intervals overlap"),
        ("1-2,3-4,5-6,7-8,9-10,11-12,13-14", "At most"), ("<b>9-18</b>", "Write it like this"), ("9" * 300, "At most"),
        ("9-18\x00", "Must be one line"),
    ])  # fmt: skip
def test_what_is_no_day_is_refused(typed: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as raised:
        words.read_day(typed, "day0")
    assert raised.value.field == "day0"


def test_a_night_may_not_meet_the_next_morning() -> None:
    week = [words.read_day(line, "x") for line in ("20:00–8:00", "7:00–15:00", "", "", "", "", "20:00–8:00")]
    with pytest.raises(Invalid, match="overlap") as raised:
        words.check_week(week, "abcdefg")
    assert raised.value.field == "a"
    words.check_week([words.read_day("20:00–8:00", "x")] * 7, "abcdefg")


@over([
        (LUNCH, "ru", "пн–пт 9:00–13:00, 14:00–18:00, сб 10:00–15:00"),
        (LUNCH, "kk", "дс–жм 9:00–13:00, 14:00–18:00, сб 10:00–15:00"),
        (LUNCH, "en", "Mon–Fri 9:00–13:00, 14:00–18:00, Sat 10:00–15:00"),
        (("9-21",) * 7, "ru", "ежедневно 9:00–21:00"), (("9-21",) * 7, "kk", "күн сайын 9:00–21:00"),
        (CLOCK_ROUND, "ru", "круглосуточно"), (CLOCK_ROUND, "kk", "тәулік бойы"),
        (("9-18", "", "9-18", "", "9-18", "", ""), "ru", "пн, ср, пт 9:00–18:00"),
        (("9-18", "9-18", "", "", "24/7", "", ""), "ru", "пн, вт 9:00–18:00, пт круглосуточно"),
        (NIGHTS, "en", "daily 18:00–2:00"),
    ])  # fmt: skip
def test_a_week_is_said_in_words(lines: tuple[str, ...], language: str, said: str) -> None:
    assert words.week_text(of(lines).week, language) == said


def test_holidays_are_read_and_shown_alike() -> None:
    typed = "08.03 Женский день\n1.1-2.1 Новый год\n\n29.02\n31.12.2026\n28.12.2026–08.01.2027 каникулы\n08.03 снова"
    rows = words.read_holidays(typed, "holidays")
    shown = words.holidays_text(rows)
    assert shown == ("01.01–02.01 Новый год\n29.02\n08.03 Женский день\n28.12.2026–08.01.2027 каникулы\n31.12.2026")
    assert words.read_holidays(shown, "holidays") == rows


@over(["вчера", "32.01", "29.02.2027", "08/03", "0.0", "05.05–01.05", "01.01–31.12", "08.03.27", "1.1.0000"])
def test_what_is_no_date_is_refused(line: str) -> None:
    with pytest.raises(Invalid, match="Not a date"):
        words.read_holidays(line, "holidays")


def test_public_holidays_are_added_once_and_own_words_stay() -> None:
    own = words.read_holidays("08.03 Наш день\n31.12.2026", "holidays")
    once = words.with_public_holidays(own, "kk")
    assert words.with_public_holidays(once, "kk") == once
    text = words.holidays_text(once)
    assert "08.03 Наш день" in text and "21.03–23.03 Наурыз мейрамы" in text and "16.12 Тәуелсіздік күні" in text
    assert "15.03 Конституция күні" in text and "30.08" not in text
