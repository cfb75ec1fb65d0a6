"""What the bot promises on registering and on a call for a human: the contract's words, and the honest hour beside
them outside working hours, whoever leads the talk."""

from __future__ import annotations

from dataclasses import replace

import pytest
from collecting import over
from conftest import Api, Clock, Web, contract_dialogue
from doubles import OpenAIDouble
from doubles.model import call, eager
from making import week
from test_hours import at, of
from test_hours_page import URL
from turns import CONTRACT, THANKS, hold

from leadbot.engines.base import CompanyCard, Decision, Engine, Turn
from leadbot.engines.openai import Access, OpenAIEngine
from leadbot.engines.rules.dialogue.qualifier import Rules
from leadbot.texts import phrases
from leadbot.texts.promise import WorkingSpan, closed

HOURS = of(off="16.12\n27.12.2026–04.01.2027")


@pytest.mark.parametrize(
    ("moment", "added"),
    [
        ("2026-11-24 10:00", ""),
        ("2026-11-24 12:59", ""),
        ("2026-11-24 13:05", "сегодня с 14:00 до 18:00"),
        ("2026-11-24 06:00", "сегодня с 9:00 до 13:00"),
        ("2026-11-24 23:50", "завтра с 9:00 до 13:00"),
        ("2026-11-25 00:10", "сегодня с 9:00 до 13:00"),
        ("2026-11-28 15:01", "в понедельник с 9:00 до 13:00"),
        ("2026-11-29 12:00", "завтра с 9:00 до 13:00"),
        ("2026-12-15 18:30", "в четверг с 9:00 до 13:00"),
        ("2026-12-26 15:30", "5 января с 9:00 до 13:00"),
    ],
)
def test_the_contracts_words_stay_and_the_honest_hour_follows(
    almaty: Web, api_almaty: Api, clock: Clock, moment: str, added: str
) -> None:
    almaty.post(URL, week(holidays="16.12\n27.12.2026–04.01.2027"))
    clock.set(moment)
    answer = contract_dialogue(api_almaty)
    more = f" Сейчас у нас нерабочее время, менеджер позвонит {added}." if added else ""
    assert (answer["response"], answer["function_called"]) == (THANKS + more, "register_lead")


def test_who_wants_to_be_written_to_is_promised_no_call(almaty: Web, api_almaty: Api, clock: Clock) -> None:
    almaty.post(URL, week())
    clock.set("2026-11-24 20:00")
    api_almaty.say("client", "Хочу дом 150 квадратов в Алматы")
    said = api_almaty.say("client", "Канат, 87768776637, пишите только в ватсап")["response"]
    assert "менеджер напишет завтра с 9:00" in said and "WhatsApp" in said
    assert "позвонит" not in said


def test_without_hours_it_is_the_contract_at_midnight_too(api_almaty: Api, clock: Clock) -> None:
    clock.set("2026-11-29 23:59")
    assert contract_dialogue(api_almaty)["response"] == THANKS


@over(
    [
        ("ru", "Сейчас у нас нерабочее время, менеджер позвонит {} с 9:00 до 18:00."),
        ("kk", "Қазір жұмыс уақыты емес, менеджер {} 9:00–18:00 аралығында хабарласады."),
        ("en", "We’re closed right now, the manager will call {} between 9:00 and 18:00."),
    ]
)
def test_days_are_named_in_three_languages(language: str, said: str) -> None:
    now = at("2026-11-24 20:00")
    days = {
        "2026-11-25": {"ru": "завтра", "kk": "ертең", "en": "tomorrow"},
        "2026-11-29": {"ru": "в воскресенье", "kk": "жексенбі күні", "en": "on Sunday"},
        "2026-12-01": {"ru": "1 декабря", "kk": "1 желтоқсан күні", "en": "on 1 December"},
        "2027-01-08": {"ru": "8 января", "kk": "8 қаңтар күні", "en": "on 8 January"},
    }
    for day, names in days.items():
        opening = WorkingSpan(at(f"{day} 09:00"), at(f"{day} 18:00"))
        assert closed("thanks.closed", opening, now, language) == said.format(names[language])


def test_all_day_names_are_there() -> None:
    for language in ("ru", "kk", "en"):
        names = [phrases.say(f"when.weekday{number}", language) for number in range(7)]
        names += [phrases.say(f"when.month{number}", language, day="5") for number in range(1, 13)]
        assert len(set(names)) == 19


class AtNight:
    """An engine that is asked outside working hours, at 20:30 on a Wednesday."""

    name, needs_network = "at night", False

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine or Rules()

    def decide(self, turn: Turn) -> Decision:
        now = turn.now.replace(hour=20)
        return self._engine.decide(replace(turn, now=now, opening=HOURS.next_opening(now)))


def test_a_call_for_a_human_at_night_is_answered_honestly_and_the_talk_goes_on() -> None:
    held = hold(AtNight(), "Хочу дом", "позовите менеджера")
    assert held.texts[-1] == (
        "Зову менеджера. Сейчас нерабочее время, он ответит завтра с 9:00 до 13:00, а пока помогу я. "
        "Подскажите, в каком городе или посёлке объект?"
    )
    assert (held.decisions[-1].act, held.known["asked"]) == ("call_human", "city")
    assert (
        hold(AtNight(), "Сәлеметсіз бе, үй салғым келеді", "менеджерді шақырыңыз")
        .texts[-1]
        .startswith("Менеджерді шақырамын. Қазір жұмыс уақыты емес, ол ертең 9:00–13:00 аралығында жауап береді")
    )


def test_no_answer_at_night_is_too_long() -> None:
    company = CompanyCard(name="СтройКомпания", later=("rooms", "floors", "callback", "budget"))
    for texts in (
        ("Хочу дом в Алматы", "Константин Преображенский, 87768776637"),
        ("87768776637", "Аяулым"),
        ("Хочу дом", "Ян 87768776637"),
    ):
        held = hold(AtNight(), *texts, company=company)
        answer = held.texts[-1]
        assert len(answer) <= phrases.LIMIT and "с 9:00 до 13:00" in answer
        assert (held.known["asked"] is not None) == answer.endswith("?")


def test_the_sentence_is_ours_whoever_leads_the_talk() -> None:
    with OpenAIDouble() as server:
        server.usually = eager
        model = OpenAIEngine(Access("key", server.base_url, 2), "scripted", Rules())
        at_night, by_day = hold(AtNight(model), *CONTRACT), hold(model, *CONTRACT)
        server.usually = lambda request: call({}, "hand_off")
        called = hold(AtNight(model), "Хочу дом", "дело сложное")
    assert at_night.texts[-1] == (f"{THANKS} Сейчас у нас нерабочее время, менеджер позвонит завтра с 9:00 до 13:00.")
    assert at_night.decisions[-1].engine == "model" and by_day.texts[-1] == THANKS
    assert called.texts[0] == "Позвать менеджера?"  # a model decides no act: the client is asked, and that once
    assert {decision.act for decision in called.decisions} == {None}
