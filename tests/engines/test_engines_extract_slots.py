"""One message, one fact: what each extractor takes and what it leaves."""

from __future__ import annotations

import pytest

from leadbot.engines.rules.reading.extract import extract


def value(slot, text, asked=None, **more):
    found = extract(text, asked=asked, **more).slots.get(slot)
    return found and found.value


@pytest.mark.parametrize(
    ("text", "asked", "name"),
    [
        ("меня Олегом зовут", None, "Олег"),
        ("Атым Жеңіс", None, "Жеңіс"),
        ("Аманжол деген ағаларың боламын", None, "Аманжол"),
        ("Жумабеков Данияр Маратович, 87011112233", None, "Жумабеков Данияр Маратович"),
        ("Қалиасқар Әбділдаұлы, 8 747 101 60 60", None, "Қалиасқар Әбділдаұлы"),
        ("Спросите Ирину Петрову, 87011112233", None, "Ирина Петрова"),
        ("Эрика Вальтеровна, 87011112233", None, "Эрика Вальтеровна"),
        ("КАНАТ 87011112233", None, "Канат"),
        ("ваш менеджер Серик обещал перезвонить", None, None),
        ("ТОО «Арман», 87011112233", None, None),
        ("Здравствуйте, Марат!", None, None),
        ("если сегодня не позвоните, иду к другим. 87011112233", None, None),
        ("не Алена, а Елена", "name", "Елена"),
        ("Дәулетқалимын", "name", "Дәулетқали"),
        ("а зачем вам имя", "name", None),
        ("осыған звондаңыз", "contact", None),
    ],
)
def test_name(text, asked, name):
    assert value("name", text, asked) == name


@pytest.mark.parametrize(
    ("text", "asked", "city"),
    [
        ("объект в Караганде, сам я в Темиртау живу", None, "Караганда"),
        ("Наш офис в Алматы, но ремонт нужен в Кызылорде", None, "Кызылорда"),
        ("до Караганды километров 40, Осакаровка", None, "Осакаровка"),
        ("ул. Астана 15, Павлодар", None, "Павлодар"),
        ("Түркістан облысы, Сарыағаш ауданы", None, "Сарыагаш"),
        ("Алматинская область", None, "Алматинская область"),
        ("Ауэзовский район, однушка", None, "Алматы"),
        ("гараж 7х4, Рудный", None, "Рудный"),
        ("рудный двор", None, None),
        ("я Нурсултан, 87051234567", None, None),
        ("поселок Мирный", None, "Мирный"),
        ("карганде", "city", "Караганда"),
        ("не знаю", "city", None),
        ("Магазин на Абая 25", None, None),
    ],
)
def test_city(text, asked, city):
    assert value("city", text, asked) == city


@pytest.mark.parametrize(
    ("text", "asked", "area"),
    [
        ("78,5 кв.м", None, "78,5 м²"),
        ("1 200 кв м", None, "1200 м²"),
        ("120-140 кв.м", None, "120–140 м²"),
        ("10 м на 12 м", None, "120 м²"),
        ("2 қабатты үй, әр қабаты 90 шаршы", None, "180 м²"),
        ("баня из бруса 4х6", None, "24 м²"),
        ("дом из бруса 150х150 на 90 квадратов", None, "90 м²"),
        ("200м", "city", "200 м²"),
        ("about 2000 sq ft", None, "186 м²"),
        ("участок 10 соток", None, "10 соток"),
        ("дом 12х10, участок 10 соток", None, "120 м²"),
        ("забор 40 метров", None, None),
        ("200 000 тг за квадрат", None, None),
        ("ул Абая 150 кв 87", None, None),
        ("84", "area", "84 м²"),
        ("2012", "area", None),
        ("7 этаж", "area", None),
        ("не 100, а 120", "area", "120 м²"),
        ("тоқсан мен жүздің арасы", "area", "90–100 м²"),
        ("кухня угловая 3 метра", None, None),
        ("кухня 9 метров", None, "9 м²"),
        ("ванная 3 метра", None, "3 м²"),
        ("у соседа 200 квадратов", None, None),
        ("у соседа 200 квадратов, а мне 120 квадратов", None, "120 м²"),
        ("у друга дом 140 м²", "area", None),
        ("как у соседа 200 квадратов", None, "200 м²"),
        ("с другом строим дом 120 квадратов", None, "120 м²"),
        ("көршімде 200 шаршы", None, None),
        ("көршім сияқты 200 шаршы", None, "200 м²"),
        ("my neighbour has 200 sqm, we need 120 sqm", None, "120 м²"),
    ],
)
def test_area(text, asked, area):
    assert value("area", text, asked) == area


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("это ваш номер 87273001122?", None),
        ("87011234567 — ваш телефон?", None),
        ("а ваш номер телефона 87273001122?", None),
        ("звоню на ваш номер 87273001122, не берёте, мой 87011234567", "87011234567"),
        ("ваш номер телефона: 87273001122?", None),
        ("87273001122 это ваш номер телефона?", None),
        ("Сіздің нөміріңіз 87011234567 ме?", None),
        ("is 87011234567 your number?", None),
        ("is your number 87011234567?", None),
        ("ваш номер: 87273001122 не отвечает, мой 87011234567", "87011234567"),
        ("Канат 87011234567 дайте ваш номер", "87011234567"),
        ("дайте ваш номер 87011234567 Канат", "87011234567"),
        ("87011234567 жду ваш звонок", "87011234567"),
        ("ваш номер? 87011234567", "87011234567"),
    ],
)
def test_the_companys_number_is_not_the_clients(text, phone):
    assert value("phone", text) == phone


def test_an_area_has_its_square_metres_and_land_has_none():
    assert extract("10х12").slots["area"].m2 == 120
    assert extract("150–200 м²").slots["area"].m2 == 175
    land = extract("10 соток").slots
    assert (land["area"].m2, land["area"].unit, land["plot"].value) == (None, "сотка", "10 соток")


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("магазинчик у дома", "магазин"),
        ("не дом, а баня", "баня"),
        ("ремонт дома не нужен, нужна квартира", "квартира"),
        ("ас үйге жөндеу", "кухня"),
        ("двушка", "квартира"),
        ("кв ремонт жасайсыздар ма", "квартира"),
        ("сколько стоит ремонт кв.м", None),
        ("к дому забор нужен", "забор"),
        ("Думали дом, но решили баню", "баня"),
        ("участок есть, строим дом", "дом"),
        ("я дома сейчас", None),
        ("Строим СТО на 3 поста", "СТО"),
        ("сто тысяч", None),
    ],
)
def test_object(text, thing):
    assert value("object_type", text) == thing


def test_a_company_names_objects_of_its_own():
    assert value("object_type", "нужна терраса с навесом", objects=("Терраса с навесом",)) == "терраса с навесом"
    assert value("object_type", "хочу бунгало", objects=("бунгало",)) == "бунгало"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("87012010101 и 87022010101, лучше на второй", "87022010101"),
        ("87011112233 емес, 87011112244", "87011112244"),
        ("не звоните на 87011112233, он не работает", None),
        ("счёт на оплату №77015550010", None),
        ("дом на заказ Фархат 87471010202", "87471010202"),
        ("87O2-4О4-5O-5O", "87024045050"),
        ("8 7172 11 22 33", "87172112233"),
        ("+44 7911 123456", "+447911123456"),
        ("8 700 000 тг", None),
    ],
)
def test_phone(text, phone):
    assert value("phone", text) == phone


@pytest.mark.parametrize(
    ("slot", "text", "said"),
    [
        ("rooms", "трешка", "3"),
        ("floors", "дом в два этажа", "2"),
        ("floors", "квартира, 7 этаж", None),
        ("plot", "участка пока нет", "нет"),
        ("budget", "бюджет 87 000 000 тенге", "87 000 000 тенге"),
        ("callback", "перезвоните завтра после 6", "завтра после 6"),
        ("callback", "9-дан 18-ге дейін хабарласыңыз", "9-дан 18-ге дейін"),
        ("callback", "кешкі 7ден кейін звондаңыз", "кешкі 7ден кейін"),
        ("work", "пәтерге жөндеу керек", "ремонт"),
        ("materials", "стены из газоблока, крыша профнастил", "газоблок, профнастил"),
    ],
)
def test_details(slot, text, said):
    assert value(slot, text) == said


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Хочу дом", "ru"),
        ("уй керек", "kk"),
        ("жоқ", "kk"),
        ("Salem, uy salu kerek", "kk"),
        ("privet hochu dom", "ru"),
        ("I need a house", "en"),
        ("Алматы", None),
        ("астана левый берег", None),
        ("қаскелеңде", "kk"),
        ("150", None),
        ("👍", None),
        ("https://wa.me/77011112233", None),
    ],
)
def test_language(text, language):
    assert extract(text).language == language


def test_no_digit_serves_twice():
    found = extract("8 701 222 33 44, 150 кв, 10 млн тг")
    assert "150" not in found.masked
    assert [found.slots[s].value for s in ("phone", "area", "budget")] == ["87012223344", "150 м²", "10 млн тг"]
