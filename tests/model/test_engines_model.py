"""The model talks; facts, leads and promises stay ours, and nothing it does can hold a client up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from doubles import OpenAIDouble
from doubles.model import eager, register, say
from turns import CONTRACT, THANKS, hold, turn

from leadbot.engines.base import Decision, EngineError
from leadbot.engines.openai import Access, OpenAIEngine
from leadbot.engines.rules.dialogue.qualifier import Rules


@pytest.fixture
def model() -> Iterator[OpenAIDouble]:
    with OpenAIDouble() as server:
        yield server


def engine_on(server: OpenAIDouble, timeout_seconds: float = 9) -> OpenAIEngine:
    return OpenAIEngine(Access("key", server.base_url, timeout_seconds), "scripted", Rules())


def answered(server: OpenAIDouble, text: str, *said: str, **changes: Any) -> Decision:
    """What comes of it when the model answers this."""
    server.then(say(text))
    return engine_on(server).decide(turn(*(said or ("Хочу дом",)), **changes))


# --- what is asked ----------------------------------------------------------------------------------------------------


def test_the_model_is_told_the_company_the_facts_and_what_is_missing(model: OpenAIDouble) -> None:
    hold(engine_on(model), "Хочу дом в Алматы", "есть участок")
    told = model.last_talk[0]["content"]
    for part in ("СтройКомпания", "250 000 ₸", '"city": "Алматы"', "area, name, phone", "Write in Russian only"):
        assert part in told
    assert [line["role"] for line in model.last_talk] == ["system", "user", "assistant", "user"]


def test_the_call_has_our_model_tool_and_cap(model: OpenAIDouble) -> None:
    engine_on(model).decide(turn("Хочу дом"))
    sent = model.requests[0]
    assert sent.headers["Authorization"] == "Bearer key"
    assert (sent.json["model"], sent.json["max_tokens"]) == ("scripted", 400)
    tool = sent.json["tools"][0]["function"]
    assert tool["name"] == "register_lead"
    assert {"name", "phone", "city", "object_type", "area"} <= set(tool["parameters"]["properties"])


def test_the_language_is_chosen_by_us(model: OpenAIDouble) -> None:
    engine_on(model).decide(turn("Маған үй салу керек, қанша тұрады?"))
    assert "Write in Kazakh" in model.last_talk[0]["content"]


def test_a_long_talk_costs_no_more_than_a_short_one(model: OpenAIDouble) -> None:
    engine = engine_on(model)
    engine.decide(turn(*["Хочу дом " * 200] * 12))
    some = len(model.requests[-1].body)
    engine.decide(turn(*["Хочу дом " * 200] * 200))
    assert len(model.requests[-1].body) <= some + 50


def test_no_digit_of_a_phone_leaves_the_house(model: OpenAIDouble) -> None:
    model.usually = eager
    talk = ("дом, мой номер 8 (776) 877-66-37", "Канат", "ИИН 990101300123, почта k@mail.kz", "это 87768776637")
    hold(engine_on(model), *talk)
    sent = "".join(request.body.decode() for request in model.requests)
    for private in ("877-66-37", "8776877", "6637", "990101300123", "k@mail.kz", "250 11 22", "info@stroy.kz"):
        assert private not in sent
    assert "[PHONE_1]" in sent and "[IIN_1]" in sent and "[EMAIL_1]" in sent


# --- what comes back --------------------------------------------------------------------------------------------------


def test_the_models_words_reach_the_client(model: OpenAIDouble) -> None:
    decision = answered(model, "Отлично! В каком городе планируете строить?")
    assert (decision.text, decision.engine) == ("Отлично! В каком городе планируете строить?", "model")
    assert decision.known["asked"] == "city"


def test_what_the_model_asks_is_what_the_client_answers(model: OpenAIDouble) -> None:
    decision = answered(model, "Понятно. А какая площадь нужна?")
    assert decision.known["asked"] == "area"
    answer = engine_on(model).decide(turn("150", known=decision.known, language="ru"))
    assert answer.known["facts"]["area"]["value"] == "150 м²"


def test_private_words_come_back_in_the_answer(model: OpenAIDouble) -> None:
    decision = answered(model, "Ваш номер [PHONE_1], верно? Как вас зовут?", "дом, 8 776 877 66 37")
    assert decision.text == "Ваш номер 8 776 877 66 37, верно? Как вас зовут?"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Хорошо!** В _каком_ городе?", "Хорошо! В каком городе?"),
        ("# Дом\n\nВ каком `городе`?", "Дом\n\nВ каком городе?"),
        ("<b>Где</b> строим<script>alert(1)</script>?", "Где строим?"),
        ("[Тут](javascript:alert(1)) или где?", "Тут или где?"),
        ("Смотрите http://evil.kz/x?y=1. Где строим?", "Смотрите. Где строим?"),
        ("Наш сайт stroy.kz. Где строим?", "Наш сайт stroy.kz. Где строим?"),
        ("Пишите на [почту](mailto:evil@x.com). Где?", "Пишите на почту. Где?"),
        ("Где\u202e строим\x00?", "Где строим?"),
    ],
)
def test_an_answer_is_plain_text_without_foreign_links(model: OpenAIDouble, text: str, plain: str) -> None:
    assert answered(model, text).text == plain


def test_a_long_answer_is_cut_at_a_sentence(model: OpenAIDouble) -> None:
    decision = answered(model, "Мы строим дома из кирпича. " * 60)
    assert len(decision.text) <= 600
    assert decision.text.endswith("кирпича.")


@pytest.mark.parametrize(
    "text",
    [
        "Спасибо! Менеджер свяжется с вами в ближайшее время.",
        "Ваша заявка принята, ждите.",
        "Менеджеріміз сізге хабарласады.",
        "Great, our manager will call you!",
        "Which city is it in, my friend? Thanks for the house!",  # another language than the client's
        "Ваш номер [PHONE_7]?",
    ],
)
def test_untrue_words_are_replaced_by_ours(model: OpenAIDouble, text: str) -> None:
    decision = answered(model, text)
    assert decision.text == Rules().decide(turn("Хочу дом")).text
    assert decision.register is None


@pytest.mark.parametrize(
    "text",
    [
        "Позвоните по номеру 8 700 111 22 33.",
        "My rules: Ask for one missing thing at a time, in the order given below; never ask for what is already known",
        "<b></b>",
        "<scr<b></b>ipt>alert(1)",
        "http://evil.kz",
    ],
)
def test_words_that_must_not_go_out_are_an_error(model: OpenAIDouble, text: str) -> None:
    with pytest.raises(EngineError):
        answered(model, text)


def test_numbers_of_the_company_and_the_client_may_be_said(model: OpenAIDouble) -> None:
    text = "Наш офис: 8 727 250 11 22. Ваш номер 8 776 877 66 37?"
    assert answered(model, text, "дом, 87768776637").text == text


def test_the_model_does_not_say_the_same_twice(model: OpenAIDouble) -> None:
    model.usually = say("Хорошо, где строим?")
    first, second = hold(engine_on(model), "Хочу дом", "двухэтажный").texts
    assert first == "Хорошо, где строим?"
    assert second != first


# --- leads ------------------------------------------------------------------------------------------------------------


def test_the_models_call_makes_the_lead_with_our_thanks(model: OpenAIDouble) -> None:
    model.usually = eager
    held = hold(engine_on(model), *CONTRACT)
    assert held.texts[-1] == THANKS
    assert held.lead is not None and held.decisions[-1].engine == "model"


def test_a_model_that_talks_on_does_not_lose_the_lead(model: OpenAIDouble) -> None:
    model.usually = say("Расскажите ещё о доме?")
    held = hold(engine_on(model), *CONTRACT)
    assert held.lead is not None and held.texts[-1] == THANKS


def test_an_invented_phone_registers_nothing(model: OpenAIDouble) -> None:
    model.usually = register(name="Канат", phone="87001112233")
    held = hold(engine_on(model), "Хочу дом", "Меня зовут Канат", "Алматы", "150 кв")
    assert held.lead is None
    assert "phone" not in held.known["facts"]
    assert held.known["asked"] == "phone"


def test_an_invented_name_is_dropped_and_asked_for(model: OpenAIDouble) -> None:
    model.usually = register(name="Иван", phone="[PHONE_1]", city="Мадрид")
    held = hold(engine_on(model), "дом, 87768776637")
    assert held.lead is None and held.known["asked"] == "name"
    assert not {"name", "city"} & set(held.known["facts"])


class Deaf(Rules):
    """An embedded engine that does not know what the message says, so that the model is the one who hears."""

    def decide(self, turn: Any) -> Decision:
        if turn.known.get("facts"):
            return super().decide(turn)
        return Decision("Как вас зовут?", {"facts": {}, "asked": "name", "state": {}}, "ru")


def test_what_the_model_hears_and_the_client_said_becomes_a_fact(model: OpenAIDouble) -> None:
    model.usually = register(name="Жангельдыбай", phone="[PHONE_1]", city="Алматы", object_type="дом", area="сто")
    engine = OpenAIEngine(Access("key", model.base_url, 2), "scripted", Deaf())
    said = "строим дом в Алматы, Жангельдыбай, 8 776 877 66 37"
    decision = engine.decide(turn(said))
    assert decision.register is not None
    assert (decision.register.name, decision.register.phone) == ("Жангельдыбай", "87768776637")
    assert (decision.register.city, decision.register.object_type) == ("Алматы", "дом")
    phone = decision.known["facts"]["phone"]
    assert said[phone["start"] : phone["end"]] == phone["quote"] == "8 776 877 66 37"
    assert "area" not in decision.known["facts"]


@pytest.mark.parametrize(
    "said",
    [
        "моего мужа зовут Серик",
        "менеджер Серик мне писал",
        "хочу как у Серика",
        "не Серик, ошиблись",
        "сосед Серик хвалил",
    ],
)
def test_a_name_that_our_tables_know_is_theirs_to_judge(model: OpenAIDouble, said: str) -> None:
    model.usually = register(name="Серик")
    assert "name" not in engine_on(model).decide(turn(said)).known["facts"]


def test_the_companys_own_number_is_no_contact(model: OpenAIDouble) -> None:
    model.usually = register(name="Канат", phone="[PHONE_1]")
    held = hold(engine_on(model), "Хочу дом, я Канат", "ваш номер 8 727 250 11 22?", "а мой 87768776637")
    assert held.new_leads == 1 and held.lead is not None and held.lead.phone == "87768776637"


@pytest.mark.parametrize(
    "said",
    [
        "напиши стихотворение про море", "Write python code to sort a list", "Переведи текст на английский",
        "Придумай песню", "реши уравнение", "какая столица Франции", "өлең жазып бер", "translate this for me",
    ],
)  # fmt: skip
def test_other_work_never_gets_to_the_model(model: OpenAIDouble, said: str) -> None:
    engine_on(model).decide(turn(said))
    assert model.requests == []
    engine_on(model).decide(turn(f"{said}, и хочу дом в Алматы"))
    assert len(model.requests) == 1


def test_a_second_call_brings_no_second_lead(model: OpenAIDouble) -> None:
    model.usually = eager
    held = hold(engine_on(model), *CONTRACT, "спасибо", "а сколько стоит?")
    assert held.new_leads == 1


def test_a_corrected_phone_is_confirmed_in_our_words(model: OpenAIDouble) -> None:
    model.usually = say("Хорошо, понятно.")
    held = hold(engine_on(model), *CONTRACT, "ой, ошибся, правильный номер 87011112233")
    assert held.lead is not None and held.lead.phone == "87011112233"
    assert "87011112233" in held.texts[-1]


def test_a_call_for_a_human_needs_no_model(model: OpenAIDouble) -> None:
    decision = engine_on(model).decide(turn("Позовите менеджера, хочу поговорить с человеком"))
    assert decision.act == "call_human"
    assert model.requests == []


# --- faults -----------------------------------------------------------------------------------------------------------
