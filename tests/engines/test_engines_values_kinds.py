"""What is taken for a value and what is not: each line is one of a kind."""

from __future__ import annotations

import pytest
from collecting import over
from talking import COMPANY, Talk

from leadbot.engines.rules.reading import quarters
from leadbot.engines.rules.reading.extract import extract
from leadbot.texts import trades


def value(text: str, slot: str, asked: str | None = None) -> str | None:
    found = extract(text, asked=asked).slots.get(slot)
    return found.value if found else None


@over([
        "80 стульев", "120 выключателей", "14 кабинетов", "9 айға", "5/2", "24/7", "55 пог. м", "300 посадочных мест",
        "этаж 7", "5/9", "бюджет 40", "35 кВт", "22 куба бетона", "22 м³", "18 м^3", "12 дверей", "жетпіс орындық",
        "40 адамға", "8-9 месяцев", "высота 3", "30 футовый", "90 тыс", "2003 год", "17:30", "дом 31", "13 этажей",
    ])  # fmt: skip
def test_a_number_that_counts_another_thing_is_no_area(said: str) -> None:
    assert value(said, "area", asked="area") is None


@over([
        ("135", "135 м²"), ("ну где-то 135 наверное", "135 м²"), ("135 получается", "135 м²"), ("135 Тараз", "135 м²"),
        ("жүз отыз болады", "130 м²"), ("70 пен 90 арасында", "70–90 м²"), ("общая 96, жилая 58", "96 м²"),
        ("площадь кухни 14, вся квартира 71", "71 м²"), ("12 м в длину и 7 в ширину", "84 м²"), ("135²", "135 м²"),
        ("10/12", "120 м²"), ("не 90, а 110", "110 м²"),
    ])  # fmt: skip
def test_a_number_nothing_else_claims_is_the_area_that_was_asked(said: str, area: str) -> None:
    assert value(said, "area", asked="area") == area


@over([("7½ соток", "7,5 сотки"), ("8 ¼ соток", "8,25 сотки"), ("¾ га", "0,75 га")])
def test_fractions_are_read_by_their_value(land: str, shown: str) -> None:
    assert value(f"участок {land}", "plot") == shown


def test_a_size_said_back_gives_way_to_a_plain_number() -> None:
    talk = Talk()
    talk.say("баня 6 на 8 в Таразе")
    talk.say("52")
    assert talk.value("area") == "52 м²"


@over([("одного этажа", "160 м²"), ("әр қабаты", "160 м²"), ("весь дом", "80 м²"), ("whole house", "80 м²")])
def test_the_size_of_a_house_of_two_floors_is_asked_about(answer: str, area: str) -> None:
    talk = Talk()
    assert talk.say("дом 8 на 10 в два этажа, Тараз").endswith("Это один этаж или весь дом?")
    talk.say(answer)
    assert talk.value("area") == area


@pytest.mark.parametrize(
    ("pieces", "phone"),
    [
        (("705", "641", "27", "38"), "87056412738"),
        (("8705", "6412738"), "87056412738"),
        (("8 705", "641 27", "38"), "87056412738"),
        (("+7 705", "641", "2738"), "87056412738"),
    ],
)
@pytest.mark.parametrize("before", [(), ("дом",), ("дом", "Тараз"), ("дом", "Тараз", "120")])
def test_a_phone_comes_in_pieces_whatever_was_asked(
    pieces: tuple[str, ...], phone: str, before: tuple[str, ...]
) -> None:
    talk = Talk()
    talk.say(*before, *pieces)
    assert talk.value("phone") == phone
    assert talk.value("area") in (None, "120 м²")


def test_pieces_are_dropped_when_something_else_is_said() -> None:
    talk = Talk()
    talk.say("дом", "8705", "хочу узнать про гарантию", "6412738")
    assert talk.value("phone") is None


@over([
        ("Майкудук, 5 линия", "Караганда"), ("ЖК Хайвилл", "Астана"), ("на Тастаке", "Алматы"), ("КШТ",
        "Усть-Каменогорск"),
        ("Зачаганск", "Уральск"), ("Пришахтинск", "Караганда"), ("Таугуль-2", "Алматы"), ("в Калкамане", "Алматы"),
        ("Нур Актобе", "Актобе"), ("Майқұдықта", "Караганда"), ("Наримановка", "Костанай"), ("мкр Аксай-3", "Алматы"),
        ("Тасбогет", "Кызылорда"), ("Горный Гигант", "Алматы"),
    ])  # fmt: skip
def test_a_part_of_a_town_tells_the_town(said: str, city: str) -> None:
    assert value(said, "city", asked="city") == city
    assert value(said, "name", asked="contact") is None


@over(["Шымкент Нурсат", "Астана, Лазурный квартал", "Атырау Привокзальный", "Ақтөбе Батыс-2"])
def test_a_part_of_a_town_beside_it_is_nobodys_name(said: str) -> None:
    assert value(said, "name") is None


@over([("Самал", "Самал"), ("Айгерим 87056412738", "Айгерим"), ("Нұрлы", "Нұрлы")])
def test_who_is_named_as_a_quarter_is_may_say_so(said: str, name: str) -> None:
    assert value(said, "name", asked="name") == name


@over(["жақсы", "жаксы", "дорого", "қымбат екен"])
def test_an_everyday_word_is_no_town(said: str) -> None:
    assert value(said, "city", asked="city") is None


def test_a_town_asked_about_is_the_clients_only_if_he_has_no_other() -> None:
    talk = Talk()
    talk.say("а в Павлодаре работаете?", "дом", "мы в Экибастузе")
    assert talk.value("city") == "Экибастуз"
    talk = Talk()
    talk.say("баня в Экибастузе", "а в Павлодаре делаете?")
    assert talk.value("city") == "Экибастуз"


@over([
        ("Гүлнәр тұр ғой", None, "Гүлнәр"), ("Бекзат тут", None, "Бекзат"), ("Рустем болам", None, "Рустем"),
        ("Шолпан мой номер 87056412738", None, "Шолпан"), ("секретарь Инна", "name", "Инна"), ("тётя Зина", "name",
        "Зина"),
        ("Мария-Тереза", "name", "Мария-Тереза"), ("Эльза—Марта, 87056412738", None, "Эльза-Марта"),
        ("Ли", "name", "Ли"), ("Отто Вальтер 87056412738", None, "Отто Вальтер"), ("Хамза", "name", "Хамза"),
        ("Айнұр Серікқызы Омарова", "name", "Айнұр Серікқызы Омарова"), ("Мехмет", "contact", "Мехмет"),
        ("Азамжан Каскелен 71м", "contact", "Азамжан"), ("Дильмурат", "name", "Дильмурат"),
    ])  # fmt: skip
def test_names_as_people_give_them(said: str, asked: str | None, name: str) -> None:
    assert value(said, "name", asked=asked) == name


@over([
        ("стяжку залить", "стяжка"), ("кафель төсеу", "укладка плитки"), ("обои поклеить", "поклейка обоев"),
        ("оштукатурить стены", "штукатурка"), ("үйді бояу", "покраска"), ("проводку заменить", "электрика"),
        ("унитаз поменять", "сантехника"), ("жылыту жүйесі", "отопление"), ("брусчатка", "мощение"),
        ("перепланировка", "перепланировка"), ("уборка после ремонта", "уборка после ремонта"),
        ("тёплый пол", "тёплый пол"), ("снести гараж", "снос"), ("дизайн интерьера", "дизайн"),
    ])  # fmt: skip
def test_a_job_is_work_and_is_never_asked_for_in_one_word(said: str, work: str) -> None:
    talk = Talk()
    answers = [talk.say(said), talk.say("ну сколько это будет")]
    assert talk.value("work") == work
    assert not any("одним словом" in text for text in answers)


@over([
        ("септик на дачу", "септик"), ("скважину пробурить", "скважина"), ("окна в дом", "окна"), ("үйге терезе",
        "окна"),
        ("калитка и ворота", "ворота"), ("терраса к дому", "терраса"), ("шкаф-купе в прихожую", "шкаф"),
        ("контейнер под охрану", "контейнер"), ("кухонный гарнитур", "кухня"), ("зимний сад", "зимний сад"),
        ("школа, 9 классов и 12 кабинетов", "школа"),
    ])  # fmt: skip
def test_what_is_ordered_for_a_house_is_the_object(said: str, thing: str) -> None:
    assert value(said, "object_type") == thing


@over([("дом в Таразе", "Дом, Тараз."), ("забор на даче", "Забор."), ("стяжка, Тараз", "Стяжка пола, Тараз."),
     ("үйге пластик терезе", "Окна."), ("снести сарай", "Снос: сарай.")])  # fmt: skip
def test_the_summary_names_no_work_the_client_has_not(said: str, begins: str) -> None:
    talk = Talk()
    talk.say(said, "Асия 87056412738")
    assert talk.lead().summary.startswith(begins)


def test_an_object_no_table_holds_is_taken_as_typed_where_it_was_asked() -> None:
    talk = Talk()
    talk.say("здравствуйте", "пирс")
    assert talk.value("object_type") == "пирс"
    talk = Talk()
    talk.say("здравствуйте", "другое")
    assert talk.value("object_type") is None


@over([
        ("уйдин едени шырип кетти ауыстырайык", "kk"), ("кашан келесиздер", "kk"), ("тусинбедим", "kk"),
        ("балконды жылытып берсениздер", "kk"), ("qashan kelesizder", "kk"), ("balkon jylytasyzdar ma", "kk"),
        ("kogda smozhete priehat", "ru"), ("a garantiya est", "ru"), ("perezvonite zavtra", "ru"),
        ("can someone call me", "en"), ("Бағлан Серікұлы", None), ("Өскемен", None), ("Viktor 87056412738", None),
    ])  # fmt: skip
def test_the_language_of_a_message(said: str, language: str | None) -> None:
    assert extract(said).language == language


def test_a_kazakh_name_does_not_flip_a_russian_talk() -> None:
    talk = Talk()
    talk.say("Хочу дом", "Тараз", "120")
    assert talk.say("Бағлан Серікұлы").startswith("Спасибо, Бағлан")


@over([key for key in trades.names() if key != "other"])
def test_the_chips_of_a_trade_are_understood_out_of_turn(trade: str) -> None:
    for slot in ("object_type", "materials"):
        for chip in trades.load(trade).chips.get(slot, ())[:3]:
            for text in chip.values():
                heard = extract(text, setup=trades.load(trade)).slots
                assert slot in heard or (slot == "object_type" and "work" in heard), (trade, text)


def test_every_quarter_belongs_to_a_town_we_know() -> None:
    for row in quarters.read_table(quarters.DATA / "quarters.tsv"):
        assert quarters.city.names(row[0]), row[0]


def test_the_table_company_is_a_builder() -> None:
    assert COMPANY.setup == "construction"


@over([
        ("участок 8 1/2 соток", "8,5 сотки"), ("3/4 га", "0,75 га"), ("1⁄4 га", "0,25 га"), ("полгектара", "0,5 га"),
        ("жарты гектар жер", "0,5 га"), ("half a hectare", "0,5 га"), ("1/2 га жер", "0,5 га"),
    ])  # fmt: skip
def test_land_may_be_said_in_fractions(said: str, due: str) -> None:
    assert value(said, "area") == due


@over(["этаж 3/5", "дом 1/2 в переулке", "1/2 предоплаты"])
def test_a_fraction_of_another_thing_is_no_land(said: str) -> None:
    assert value(said, "area") is None
