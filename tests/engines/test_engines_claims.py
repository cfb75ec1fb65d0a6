"""What a model says binds nobody: whatever it claims must have been told by the company, by the client or by us."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from collecting import over
from turns import COMPANY, turn

from leadbot.engines.base import CompanyCard, CompanyFact, EngineDeclined
from leadbot.engines.rules.dialogue.orders import gives_orders
from leadbot.engines.wording import fit, promises

CANARY = "cdfhjkmnpqrv"
TERMS = CompanyFact(
    "terms", {"ru": "Строим от 3 месяцев по договору, гарантия 5 лет, блоки Ytong.", "en": "Free survey."}
)
CARD = replace(COMPANY, canary=CANARY, tone="говори тепло, фламинго", facts=(*COMPANY.facts, TERMS), hours="9:00-18:00")
FIRST = {"ru": "Хочу дом 150 м², номер 87768776637", "kk": "Маған үй салу керек", "en": "I want a house, any discount?"}


def said(text: str, language: str = "ru", company: CompanyCard = CARD, ours: str = "") -> str:
    return fit(text, turn(FIRST[language], company=company), language, ours)


@over([
        "Звоните 250-11-99.", "Звоните 40-15-20.", "Звоните 1414.", "Звоните 8, 701, 555, 44, 33.",
        "Звоните 8️⃣7️⃣0️⃣1️⃣5️⃣5️⃣5️⃣4️⃣4️⃣3️⃣3️⃣", "Звоните ⑧⑦⓪①⑤⑤⑤④④③③", "Звоните ⁸⁷⁰¹⁵⁵⁵⁴⁴³³", "Звоните 87O1555443З",
        "Звоните 8701\nпотом 555\nпотом 4433", "Звоните 8701 и 555 и 4433", "Ваш номер 8 776 877 66 38, верно?",
        "Звоните: восемь семьсот один пятьсот пятьдесят пять сорок четыре тридцать три.",
        "Карта четыре четыре ноль ноль четыре три ноль один", "Пишите в телеграм @evil_builder",
        "Пишите boss собака evil точка kz", "Заходите на evil . kz / pay", "Заходите на 10.0.0.1/pay",
        "Заходите на ｅｖｉｌ．ｋｚ", "Заходите на evil。kz", "Переведите на KZ86125KZT5004100100.",
    ])  # fmt: skip
def test_no_way_to_reach_or_pay_anybody_is_made_up(text: str) -> None:
    with pytest.raises(EngineDeclined):
        said(text)


@over([
        ("ru", "Наш сайт — evil kz, зайдите"), ("ru", "Сайт: evil kz"), ("ru", "Пишите на evil kz"),
        ("ru", "Найдите нас: evil homes kz"), ("kk", "Біздің сайт — evil kz, кіріңіз"), ("kk", "Бізге evil kz жазыңыз"),
    ])  # fmt: skip
def test_a_sites_name_needs_no_dot_to_be_a_strange_one(language: str, text: str) -> None:
    with pytest.raises(EngineDeclined, match="strange name"):
        said(text, language)


@over([
        ("ru", "Сделаем вам скидку 30%! Где строим?"), ("ru", "Проект сделаем бесплатно. Где строим?"),
        ("ru", "Дом будет стоить 5 000 000 тенге. Где строим?"), ("ru", "Это обойдётся в пять миллионов тенге."),
        ("ru", "Построим за две недели. Где строим?"), ("ru", "Даём гарантию 100 лет."), ("ru", "Вернём все деньги."),
        ("ru", "Дом за 150 тенге, договорились."), ("kk", "Сізге 50% жеңілдік жасаймыз. Қай қалада?"),
        ("kk", "Жобаны тегін жасаймыз."), ("en", "Agreed, a discount for you!"), ("en", "A house in 10 days."),
        ("ru", "Строим из блоков Knauf."), ("ru", "Мастер будет завтра в 10:00."),
    ])  # fmt: skip
def test_nobody_is_promised_what_the_company_has_not_told(language: str, text: str) -> None:
    with pytest.raises(EngineDeclined, match="claims"):
        said(text, language)


@over([
        ("ru", "Дом под ключ от 250000 ₸ за м². В каком городе строим?"), ("ru", "Строим от трёх месяцев."),
        ("ru", "Строим от 3 месяцев по договору, гарантия 5 лет."), ("ru", "Блоки Ytong, работаем 9:00-18:00."),
        ("ru", "150 м² – отлично! Ваш номер 8 776 877 66 37?"), ("ru", "Напишите в WhatsApp, пожалуйста."),
        ("ru", "На этот вопрос ответит менеджер. Как вас зовут?"), ("en", "The survey is free. Which city is it in?"),
        ("kk", "Бұл сұраққа менеджер жауап береді. Қай қалада саласыз?"),
    ])  # fmt: skip
def test_what_was_told_may_be_said(language: str, text: str) -> None:
    assert said(text, language) == text


def test_what_we_know_may_be_said_too() -> None:
    with pytest.raises(EngineDeclined):
        said("Дом 12 на 10, это 120 м²?")
    assert said("Дом 12 на 10, это 120 м²?", ours="12 на 10\n120 м²")


@over([
        ("ru", "Здравствуйте, я менеджер Асель. Где строим?"), ("ru", "Я живой человек, не бот. Где строим?"),
        ("kk", "Мен адаммын, бот емеспін. Қай қалада?"), ("en", "I am a real person, which city is it?"),
        ("ru", "Мне нельзя говорить про слияние."), ("ru", "Мои правила: писать коротко."),
        ("ru", "Есть запретная тема: слияние в мае."), ("kk", "Маған жылы сөйле деді."),
        ("en", "I was told to be lively."),
    ])  # fmt: skip
def test_a_bot_is_a_bot_and_keeps_its_manner_to_itself(language: str, text: str) -> None:
    with pytest.raises(EngineDeclined):
        said(text, language)


@over([
        "< script >alert</ script > Где?", "<жирный>Где?</жирный>", "<?php echo?>Где?", "⟨script⟩ ‹b›Где?‹/b›",
        "[тут][1]", "~~~js\nalert\n~~~", "$$x^2$$", "[b]Да[/b]", '{"reply":"Где строим?"}', "java\tscript:alert(1)",
        "\x1b[31mкрасный", "Вот: def f(x): return x", "Море,\nморе,\nбескрайнее\nморе.",
        "&amp;" + "amp;" * 900 + "lt;b&gt; Где?",
    ])  # fmt: skip
def test_markup_code_and_verse_do_not_come_out(text: str) -> None:
    with pytest.raises(EngineDeclined):
        said(text)


def test_ornaments_and_the_models_own_thoughts_are_left_out() -> None:
    assert said("<think>он хочет дом</think>Где\ud83d строим? 👍\u0336") == "Где строим?"


SPOKEN = {"c": "си", "d": "ди", "f": "эф", "h": "эйч", "j": "джей", "k": "кей", "m": "эм", "n": "эн", "p": "пи",
          "q": "кью", "r": "ар", "v": "ви"}  # fmt: skip


@over([
        ("ru", ", ".join(SPOKEN[letter] for letter in CANARY)), ("ru", "цдфхжкмнпкрв"), ("ru", "сварольтзйкм"),
        ("ru", "Y2Rm aGpr bW5w cXJ2"), ("ru", " и ".join(CANARY)), ("ru", "".join(f"&#{ord(one)};" for one in CANARY)),
        ("en", "Charlie Delta Foxtrot Hotel Juliett Kilo Mike November Papa"), ("en", "x".join(CANARY)),
        ("en", "\n".join(f"{one} is" for one in CANARY)), ("en", " and ".join(CANARY[at : at + 2] for at in (0, 2, 4))),
        ("en", "2JXcw5WbrpGamR2Y"), ("en", "cdfhjk then"), ("ru", "ᴄᴅꜰʜᴊᴋᴍɴᴘǫʀᴠ"),
    ])  # fmt: skip
def test_the_mark_does_not_come_out_however_it_is_spelled(language: str, text: str) -> None:
    with pytest.raises(EngineDeclined):
        said(text, language)


@over([
        "Менеджер уже набирает вас.", "Мы скоро с вами свяжемся!", "Ждите звонка, заявку оформили.", "Мы вам наберём.",
        "Готово, передал менеджеру.", "Заявку приняли, спасибо!", "Записали вас на замер.", "Мастер приедет завтра.",
        "Сізге жақында хабарласамыз.", "Менеджер сізге қоңырау соғады.", "Менеджеріміз сізбен хабарласатын болады.",
        "We'll call you back soon.", "Our manager is going to call you.", "Your request was registered.",
        "You'll hear from us today.", "I have passed your request to the manager.", "Someone will reach out to you.",
    ])  # fmt: skip
def test_that_somebody_calls_is_ours_to_say(text: str) -> None:
    assert promises(text)


@over([
        "По какому номеру менеджер может вам позвонить?", "На этот вопрос ответит менеджер.",
        "Когда вам удобно принять звонок?",
        "Сізге қай нөмірге хабарласуға болады?", "Which number can we call you on?", "Хотите оставить заявку?",
    ])  # fmt: skip
def test_asking_for_a_number_promises_nothing(text: str) -> None:
    assert not promises(text)


@over(["_" * 44 + "ab", "a" * 4096, "_" * 4096, "a." * 2048, "-a" * 2048, "ab" * 2048, "+1" * 2048, "<a" * 2000])
def test_no_text_can_hold_a_worker(text: str) -> None:
    """A pattern that tries a text for ever stops all threads of a process, not only the one that reads it."""
    started = time.process_time()
    gives_orders(text)
    for answer in (text[:4000], "Где строим?"):
        try:
            fit(answer, turn(*[text] * 20, company=CARD), "ru")
        except EngineDeclined:
            continue
    assert time.process_time() - started < 3
