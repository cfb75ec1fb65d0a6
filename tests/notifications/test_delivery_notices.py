"""What managers read in Telegram: all on the first line, nothing a client typed can break it, three languages."""

from __future__ import annotations

from dataclasses import replace

from collecting import over
from hypothesis import given
from hypothesis import strategies as st

from leadbot.notifications import notice_texts, notices
from leadbot.notifications.notices import LeadNotice

LEAD = LeadNotice(
    number=128, phone="87768776637", name="Канат", object_type="дом", area="150 м²", city="Алматы",
    summary="Строительство с нуля, участок есть", source="widget", talk_language="ru", time="16:04",
)  # fmt: skip
SP = "\u00a0"
PHONE = f"8{SP}776{SP}877{SP}66{SP}37"


def test_a_new_lead_reads_as_agreed() -> None:
    assert notices.new_lead(LEAD, "ru") == (
        f"🆕 №{SP}128: Канат, {PHONE}\nДом, 150{SP}м², Алматы\n"
        "Строительство с нуля, участок есть\nСайт · русский · 16:04"
    )
    kazakh = replace(LEAD, object_type="үй", summary="Үй салу, жер телімі бар", talk_language="kk")
    assert notices.new_lead(kazakh, "kk") == (
        f"🆕 №{SP}128: Канат, {PHONE}\nҮй, 150{SP}м², Алматы\nҮй салу, жер телімі бар\nСайт · қазақша · 16:04"
    )
    english = replace(LEAD, object_type="house", city="Almaty", summary="New build, has a plot", talk_language="en")
    assert notices.new_lead(english, "en") == (
        f"🆕 #128: Канат, {PHONE}\nHouse, 150{SP}m², Almaty\nNew build, has a plot\nWebsite · English · 16:04"
    )


def test_what_is_not_known_takes_no_line() -> None:
    bare = LeadNotice(number=7, phone="87768776637", source="api", time="09:00")
    assert notices.new_lead(bare, "ru") == f"🆕 №{SP}7: {PHONE}\nAPI · русский · 09:00"
    assert notices.new_lead(replace(bare, city="Алматы"), "ru").splitlines()[1] == "Алматы"


@over([("ru", "ТЕСТ"), ("kk", "СЫНАҚ"), ("en", "TEST")])
def test_a_test_lead_is_marked_first(language: str, mark: str) -> None:
    lead = replace(LEAD, is_test=True, source="test")
    for text in (
        notices.new_lead(lead, language),
        notices.returning_client(lead, language),
        notices.updated_lead(lead, language, {"phone": "87011112233"}),
    ):
        assert text.startswith(f"{mark} · ")
    assert notices.new_lead(lead, "ru").startswith(f"ТЕСТ · №{SP}128: Канат")


def test_an_updated_lead_names_what_is_new() -> None:
    text = notices.updated_lead(LEAD, "ru", {"phone": "87011112233", "area": "200 м²"})
    assert text == (
        f"✏️ №{SP}128: новые данные. Телефон: 8{SP}701{SP}111{SP}22{SP}33\n✏️ №{SP}128: новые данные. Площадь: 200{SP}м²"
    )
    assert notices.updated_lead(LEAD, "kk", {"name": "Айгүл"}) == f"✏️ №{SP}128: жаңа мәлімет. Есімі: Айгүл"


def test_a_returning_client_is_announced() -> None:
    assert notices.returning_client(LEAD, "ru").startswith(f"🔁 №{SP}128: клиент написал снова. Канат, {PHONE}")
    assert notices.returning_client(replace(LEAD, name=None), "en").startswith(
        f"🔁 #128: the client wrote again. {PHONE}"
    )


def test_a_voice_message_is_pointed_at() -> None:
    assert "🎧 Есть голосовое, послушайте" in notices.new_lead(replace(LEAD, has_voice=True), "ru")
    assert "🎧" not in notices.new_lead(LEAD, "ru")


def test_a_client_who_waits_is_named_or_numbered() -> None:
    assert notices.client_calls("Канат", "Позовите", "ru") == "🙋 Клиент ждёт менеджера: Канат. «Позовите»"
    assert PHONE in notices.client_calls("87768776637", "?", "kk")
    assert notices.client_calls("№ 12", "help", "en") == "🙋 A client is waiting for a manager: № 12. “help”"


def test_the_company_is_greeted_in_its_chat() -> None:
    assert notices.connected("Строй\nДом", "ru") == "Готово: сюда будут приходить заявки компании Строй Дом."
    for language in ("ru", "kk", "en"):
        assert "{company}" in notices.test_message("{company}", language)


@over(
    [
        ("87768776637", "8 776 877 66 37"),
        ("+996555123456", "+996 555 123 456"),
        ("+998901234567", "+998 90 123 45 67"),
        ("+77768776637", "+7 776 877 6637"),
        ("позже", "позже"),
    ]
)
def test_phones_are_shown_in_groups(stored: str, shown: str) -> None:
    assert notices.shown_phone(stored) == shown.replace(" ", SP)


def test_a_name_can_not_forge_a_line() -> None:
    lead = replace(LEAD, name="Канат\n🆕 № 129: Иван\u2028\u202e\x00\u200b", city="Ал\r\nматы\u2066")
    text = notices.new_lead(lead, "ru")
    assert len(text.splitlines()) == 4
    assert text.startswith(f"🆕 №{SP}128: Канат 🆕 № 129: Иван, {PHONE}\n")
    assert not set(text) & set("\u202e\u2066\x00\u200b\r")


def test_a_long_field_is_clipped() -> None:
    first = notices.new_lead(replace(LEAD, name="я" * 5000), "ru").splitlines()[0]
    assert "я" * 299 + "…, " in first and "я" * 300 not in first


@given(st.text(), st.text(), st.text(), st.sampled_from(["ru", "kk", "en"]))
def test_any_words_make_a_notice_of_four_lines_at_most(name: str, city: str, summary: str, language: str) -> None:
    lead = replace(LEAD, name=name, city=city, summary=summary)
    assert len(notices.new_lead(lead, language).splitlines()) <= 4


def test_every_text_is_there_in_three_languages() -> None:
    for table in (notice_texts.PHRASES, notice_texts.SOURCES, notice_texts.TALK_LANGUAGES):
        for key, row in table.items():
            assert set(row) == {"ru", "kk", "en"} and all(row.values()), key
