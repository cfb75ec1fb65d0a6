"""The contract's dialogues with the embedded qualifier, word for word."""

from __future__ import annotations

from collecting import over
from talking import Talk


def test_the_contracts_dialogue_runs_as_written():
    talk = Talk()
    assert talk.say("Хочу дом") == "В каком городе?"
    assert talk.say("Алматы") == "Какую площадь рассматриваете?"
    assert talk.say("150 квадратов") == "Как вас зовут и на какой номер перезвонить?"
    assert talk.registered == 0
    thanks = "Спасибо, Канат! Наш менеджер свяжется с вами по номеру 87768776637 в ближайшее время."
    assert talk.say("Канат, 87768776637") == thanks
    lead = talk.last.register
    assert (lead.name, lead.phone, lead.phone_e164) == ("Канат", "87768776637", "+77768776637")
    assert (lead.city, lead.object_type, lead.area, lead.area_m2) == ("Алматы", "дом", "150 м²", 150)
    assert lead.language == "ru"
    assert lead.summary == "Дом, 150 м², Алматы. Со слов клиента: «Хочу дом»"


def test_object_and_city_in_the_opening_are_asked_about_the_plot():
    talk = Talk()
    assert talk.say("Хочу построить дом в Алматы") == "Здравствуйте! У вас уже есть участок в Алматы?"
    assert talk.say("да, есть") == "Хорошо. Какую площадь дома рассматриваете?"
    assert talk.say("150 квадратов") == "Как вас зовут и на какой номер перезвонить?"
    talk.say("Канат, 87768776637")
    assert "участок есть" in talk.lead().summary.lower()


@over(
    [
        ("Нужен ремонт квартиры в Алматы", "Какую площадь рассматриваете?"),
        ("Хочу дом", "В каком городе?"),
        ("Алматы", "Что планируете: дом, квартиру, ремонт или другое?"),
    ]
)
def test_the_plot_is_not_asked_where_it_makes_no_sense(opening, question):
    assert Talk().say(opening) == question


def test_the_plot_is_never_asked_before_the_area_later_on():
    talk = Talk()
    talk.say("Хочу дом", "Алматы")
    assert talk.asked == "area"


@over(
    [
        ("Здравствуйте! Хочу построить дом в Алматы", "Здравствуйте! У вас уже есть участок в Алматы?"),
        (
            "Хочу баню 6х6 в Шымкенте",
            "Записано: 6 × 6 = 36 м². Если не так, поправьте. У вас уже есть участок в Шымкенте?",
        ),
        ("Хочу построить дом в Макинске", "Хорошо. У вас уже есть участок?"),
        ("Здравствуйте! Хочу построить дом в Макинске", "Добрый день! У вас уже есть участок?"),
    ]
)
def test_the_plot_is_asked_about_in_its_words_whatever_stands_before(opening, answer):
    assert Talk().say(opening) == answer


def test_the_same_in_kazakh():
    talk = Talk()
    assert talk.say("Үй салғым келеді") == "Қай қалада?"
    assert talk.say("Алматыда") == "Ауданы қанша шаршы метр болады?"
    assert talk.say("150 шаршы метр") == "Есіміңіз кім және қай нөмірге хабарласайық?"
    thanks = "Рақмет, Қанат! Менеджеріміз жақын арада 87768776637 нөміріне хабарласады."
    assert talk.say("Атым Қанат, 87768776637") == thanks
    assert talk.lead().language == "kk"


def test_the_plot_in_kazakh_stands_in_the_stored_form_of_the_town():
    assert Talk().say("Алматыда үй салғым келеді") == "Сәлеметсіз бе! Алматыда жер теліміңіз бар ма?"
