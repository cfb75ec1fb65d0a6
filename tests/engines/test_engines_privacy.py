"""No phone, e-mail, ИИН or card number leaves for the model, and every one comes back as it was."""

from __future__ import annotations

import re

from collecting import over
from hypothesis import example, given
from hypothesis import strategies as st

from leadbot.engines.privacy import Placeholders, numbers_in, spelled

PIECES = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ["[PHONE_1]", "[phone 1]", "[TEXT_2]", "[", "]", "PHONE_1", "8 776 877 66 37", "+7(776)877-66-37", "a@b.kz",
             "990101300123", "4400 4301 2345 6789", "150 м²", "25 000 000 тг", "٨٧٧٦٨٧٧٦٦٣٧", "\u202e", "[CARD_"]
        ),
    ),
    max_size=8,
).map("".join)  # fmt: skip


@given(PIECES)
@example("[PHONE_[PHONE_1]]87768776637")
@example("[[PHONE_1] PHONE_1] 87768776637]")
def test_what_goes_out_comes_back_as_it_was(text: str) -> None:
    private = Placeholders()
    assert private.reveal(private.hide(text)) == text


@given(PIECES, PIECES)
def test_texts_of_one_call_do_not_mix_up(one: str, other: str) -> None:
    private = Placeholders()
    hidden = private.hide(one), private.hide(other)
    assert (private.reveal(hidden[0]), private.reveal(hidden[1])) == (one, other)


@over(
    [
        ("Канат, 87768776637", "Канат, [PHONE_1]"),
        ("тел.87768776637!", "тел.[PHONE_1]!"),
        ("+7 (776) 877-66-37 или 8 701 111 22 33", "[PHONE_1] или [PHONE_2]"),
        ("8\u00a0776\u00a0877\u00a066\u00a037", "[PHONE_1]"),
        ("8-776-877‑66–37", "[PHONE_1]"),
        ("8.776.877.66.37", "[PHONE_1]"),
        ("877\u200b68776637", "[PHONE_1]"),
        ("٨٧٧٦٨٧٧٦٦٣٧", "[PHONE_1]"),
        ("7768776637", "[PHONE_1]"),
        ("+996 555 123 456", "[PHONE_1]"),
        ("8776877", "[PHONE_1]"),
        ("пишите на kanat.a+1@mail.kz.", "пишите на [EMAIL_1]"),
        ("ИИН 990101300123", "ИИН [IIN_1]"),
        ("карта 4400 4301 2345 6789", "карта [CARD_1]"),
        ("[PHONE_1]", "[TEXT_1]"),
        ("8, 776, 877, 66, 37", "[PHONE_1]"),
        ("8~776~877~66~37", "[PHONE_1]"),
        ("8🏠776🏠877🏠66🏠37", "[PHONE_1]"),
        ("дом 120, 87768776637, 150 квадратов", "дом 120, [PHONE_1], 150 квадратов"),
        ("счёт KZ86125KZT5004100100", "счёт [CARD_1]"),
        ("счёт KZ86 125K ZT50 0410 0100", "счёт [CARD_1]"),
        ("k＠mail.kz", "[EMAIL_1]"),
        ("k @ mail.kz", "[EMAIL_1]"),
        ("kanat(at)mail.kz", "[EMAIL_1]"),
        ("kanat собака mail точка ру", "[EMAIL_1]"),
        ("у меня собака. Дом нужен", "у меня собака. Дом нужен"),
    ]
)
def test_private_data_is_hidden(text: str, hidden: str) -> None:
    private = Placeholders()
    assert private.hide(text).rstrip(".") == hidden.rstrip(".")
    assert private.reveal(private.hide(text)) == text


@over([
        "дом 150 м²", "бюджет 25 000 000 тг", "25000000", "от 250000 ₸ за м²", "12 на 10 в 2 этажа", "120.55 кв",
        "15 соток", "12.05.2026", "с 9:00 до 18:00", "2026", "27500 тенге", "квартира 1500 шаршы",
    ])  # fmt: skip
def test_sizes_sums_and_dates_stay_for_the_model(text: str) -> None:
    assert Placeholders().hide(text) == text


def test_a_value_keeps_its_placeholder_through_a_talk() -> None:
    private = Placeholders()
    assert private.hide("87768776637") == private.hide("87768776637") == "[PHONE_1]"
    assert private.hide("8 776 877 66 37") == "[PHONE_2]"


def test_a_phone_in_words_is_hidden_where_it_is_known() -> None:
    said = "восемь семьсот семьдесят шесть восемьсот семьдесят семь шестьдесят шесть тридцать семь"
    private = Placeholders([said])
    assert private.hide(f"Мой номер {said}.") == "Мой номер [PHONE_1]."
    assert private.reveal("Звоню [PHONE_1]") == f"Звоню {said}"


@over([
        "звоните восемь семьсот семьдесят шесть восемьсот семьдесят семь шестьдесят шесть тридцать семь",
        "8 семьсот семьдесят шесть 877 66 37", "ИИН девяносто девять ноль один ноль один триста сто двадцать три",
        "сегіз жеті жүз жетпіс алты сегіз жүз жетпіс жеті алпыс алты отыз жеті",
    ])  # fmt: skip
def test_a_long_number_in_words_is_found_whoever_said_it(text: str) -> None:
    hidden = Placeholders(spelled(text)).hide(text)
    assert re.fullmatch(r"(?:звоните |ИИН )?\[PHONE_1\]", hidden)
    assert not spelled("дом сто пятьдесят квадратов в два этажа, бюджет двадцать пять миллионов")


@over(["[PHONE_1]", "[phone_1]", "[PHONE 1]", "[ PHONE-1 ]", "[Phone1]"])
def test_a_placeholder_is_known_again_however_the_model_writes_it(written: str) -> None:
    private = Placeholders()
    private.hide("87768776637")
    assert private.reveal(f"Ваш номер {written}?") == "Ваш номер 87768776637?"
    assert not private.has_strangers(written)


def test_a_placeholder_that_stands_for_nothing_is_noticed() -> None:
    private = Placeholders()
    private.hide("87768776637")
    assert private.has_strangers("Ваш номер [PHONE_2]?")
    assert private.reveal("[PHONE_2]") == "[PHONE_2]"


@given(st.from_regex(r"(8|\+7)[ (-]{0,2}7\d\d[ )-]{0,2}\d{3}[ -]?\d\d[ -]?\d\d", fullmatch=True), st.text(max_size=20))
def test_no_run_of_a_phones_digits_goes_out(phone: str, around: str) -> None:
    hidden = Placeholders().hide(f"{around} {phone} {around}")
    digits = re.sub(r"\D", "", phone)
    assert digits[-10:] not in re.sub(r"\D", "", re.sub(r"\[[A-Z]+_\d+\]", "", hidden))


def test_the_numbers_of_people_are_told_from_amounts() -> None:
    assert numbers_in("8 (776) 877-66-37, 150 м², 25 000 000 тг, ИИН 990101300123") == ["87768776637", "990101300123"]
