"""Questions without a question mark: each is answered or passed on, and what only looks like one is not."""

from __future__ import annotations

from collecting import over
from talking import COMPANY, Talk

from leadbot.engines.rules.dialogue import questions

ASKS = """
котлован копаете
а вы ламинат кладёте
в Косшы выезжаете
кому мне звонить потом
и сколько человек в бригаде
за какой срок управитесь
расскажите как всё проходит
до скольки метров бурите
краска ваша или моя
мусор вывозите вы или мы сами
у вас гарантийный талон есть или нет?
қазан айында бастай аласыздар ма
плита қоясыздарма
есік орнату бар ма сіздерде
шеберлер қашан шығады
ол неше күнге созылады
қай маркадан істейсіздер
төлемді бөлсек боладыма
do you guys lay parquet
and can we visit your office
how far do you travel
когда начнёте и кто прораб
""".strip().splitlines()
ASKS_NOTHING = """
Сәлеметсіз бе
Салам, ремонт керек еді
Амансыздар ма, үй саламыз
Ким Виталий, 8 701 000 00 11
где то 140 квадратов
где-то в центре
позвоните после шести
если приедете, наберите
пишите в ватсап
в интернете видел ваши дома
запишите мой номер
қанша екенін білмеймін
қашан болса да бола береді
не знаю сколько там метров
хотите верьте
қала Тараз, Байзақ
will be in Astana on Monday
""".strip().splitlines()


PASSED = {"ru": "вопрос ему передан", "kk": "жеткіздім", "en": "passed"}


@over(ASKS)
def test_a_question_is_known_without_its_mark(text):
    assert questions.asks(text)


@over(ASKS_NOTHING)
def test_a_statement_is_no_question(text):
    assert not questions.asks(text)


def talk(setup, *texts):
    held = Talk(COMPANY.__class__(name="Проба", setup=setup, address="Алматы, Абая 10"))
    held.say(*texts)
    return held


@over(
    [
        ("construction", "Колодец копаете?", "Возьмёмся ли мы за это"),
        ("renovation", "Здравствуйте, а тёплый пол делаете", "Возьмёмся ли мы за это"),
        ("construction", "Саунаға пеш қаласыздар ма", "Мұны жасай алатынымызды"),
        ("construction", "Вы дома строите?", "Да, этим мы занимаемся."),
        ("windows", "балкон остекляете", "Да, этим мы занимаемся."),
        ("renovation", "пәтер жөндейсіздер ме", "Иә, біз осымен айналысамыз."),
        ("construction", "Do you build houses?", "Yes, that’s what we do."),
    ],
    name=lambda row: row[1],
)
def test_whether_we_do_it_is_answered_before_the_next_question(row):
    setup, text, says = row
    answer = talk(setup, text).answers()[-1]
    assert says in answer
    assert answer.count("?") == 1, "and the talk goes on"


@over(
    [
        ("dental", "винир қою керек, ертең", "Салтанат 8 707 555 03 30. ауырмай ма"),
        ("renovation", "квартира 60 кв Алматы ремонт", "Нурия 8 707 555 03 31, а мусор вы вывозите"),
        ("construction", "хочу дом 120 кв в Талгаре", "Олжас 87075550332, а прораб кто будет"),
        ("school", "английский для сына", "Вера 8 707 555 03 33. Учебники свои приносить или дадите?"),
    ],
    name=lambda row: row[2],
)
def test_a_question_beside_the_phone_is_passed_on_and_kept(row):
    held = talk(*row)
    assert held.registered == 1
    assert PASSED[held.language] in held.answers()[-1].lower()
    assert held.known["state"]["questions"] == [row[2]]


@over(["вы не ответили на вопрос", "я же спросила про крышу", "шатыр туралы сұрадым", "you didn't answer my question"])
def test_who_asks_again_hears_that_the_question_is_there(text):
    held = talk("construction", "Крышу без утепления делаете?", text)
    assert any(word in held.answers()[-1] for word in ("вопрос", "ұрағыңыз", "passed"))


@over(
    [
        ("renovation", "Сориентируйте по цене сначала"),
        ("cars", "почём замена масла"),
        ("construction", "шатыр жабу қаншадан"),
        ("beauty", "сколько маникюр"),
        ("renovation", "bathroom in Almaty, price?"),
    ],
    name=lambda row: row[1],
)
def test_what_it_costs_is_asked_in_many_words(row):
    answer = talk(*row).answers()[-1]
    assert any(word in answer.lower() for word in ("цен", "баға", "price")), answer


@over(["Адрес: Атырау, Азаттык 15, ремонт офиса 60 кв", "Телефон городской 8 727 268 18 18, дом 100 кв"])
def test_a_value_with_its_label_asks_for_none_of_ours(text):
    assert "передан" not in talk("construction", text).answers()[-1]


def test_what_is_added_to_the_lead_is_named():
    held = talk("beauty", "Маникюр хочу", "Инна 8 707 555 03 40")
    assert held.say("лучше в субботу утром").startswith("Добавил к заявке: в субботу утром.")


def test_a_material_that_is_named_is_no_question_about_materials():
    answer = talk("furniture", "Шкаф, ЛДСП белая. Какой срок изготовления?").answers()[-1]
    assert "Срок" in answer and "материал" not in answer
