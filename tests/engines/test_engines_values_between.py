"""Values told apart from what stands around them: each row is one of a kind, all in one loop."""

from __future__ import annotations

from leadbot.engines.rules.reading.extract import extract

# What the bot has asked, the message, and of it the slots that matter here; None: nothing of the kind is there.
ROWS = [
    # floors that are told one by one, sides whose names stand behind them
    ("area", "80 на первом и 65 на втором", {"area": "145 м²"}),
    ("area", "1 этаж 110 м2, 2 этаж 90 м2", {"area": "200 м²"}),
    ("area", "бірінші қабат 60, екінші қабат 50", {"area": "110 м²"}),
    ("area", "9 ширина 12 длина", {"area": "108 м²"}),
    (None, "высота 2,5 ширина 3 длина 6", {"area": "18 м²"}),
    (None, "9h14 odnoetazhnyi dom", {"area": "126 м²"}),
    (None, "гараж 5ке 8 кірпіштен болсын", {"area": "40 м²"}),
    (None, "пристройка 3х7 к дому", {"area": "21 м²"}),
    (None, "кв.м: 63", {"area": "63 м²"}),
    (None, "квартира 58/36/9, Тараз", {"area": "58 м²"}),
    (None, "лоджия 1.5 на 6", {"area": "9 м²"}),
    ("area", "30 by 40 feet", {"area": "111 м²"}),
    ("area", "алпыс бес жарым", {"area": "65,5 м²"}),
    (None, "ремонт в доме, 3 комнаты, по 18 квадратов каждая", {"area": "54 м²"}),
    (None, "я из Семея, а дом хочу в Таразе 130", {"area": "130 м²", "city": "Тараз"}),
    ("area", "30 метров забор", {"area": None}),
    (None, "кухня угловая, 2.8 на 1.6, фасады пластик", {"area": None}),
    (None, "высота потолка 2.80 площадь спальни 17 метров", {"area": "17 м²", "object_type": "комната"}),
    # an object that is named, but not wanted
    ("area", "с лоджией 78, а без балкона 72", {"object_type": None}),
    (None, "приезжайте после школы", {"object_type": None}),
    (None, "до шести дома", {"object_type": None}),
    (None, "үйге келесіз бе", {"object_type": None}),
    (None, "комнат 5, этаж 3", {"object_type": None}),
    (None, "жеріміз он екі сотық", {"object_type": None, "plot": "12 соток"}),
    ("area", "алты бөлме, екі қабат", {"object_type": None, "area": None}),
    (None, "87012223344 үй телефоны", {"object_type": None}),
    (None, "есть завтра окошко?", {"object_type": None}),
    (None, "bilmeimin, koreyik", {"object_type": None}),
    (None, "помещение под аптеку 60 кв", {"object_type": "аптека"}),
    (None, "кабинет врача 18 кв", {"object_type": "клиника"}),
    (None, "үш подъезд жөндеу керек", {"object_type": "подъезд"}),
    (None, "летнюю кухню построить 18 кв", {"object_type": "летняя кухня"}),
    # a name that is a word, a quarter, a town, or somebody else's
    ("contact", "кирпіштен бе газоблоктан ба али шешкен жоқпын", {"name": None}),
    (None, "запишите к Динаре на стрижку", {"name": None}),
    (None, "I'm Serik's daughter Emma, 87012223344", {"name": "Emma"}),
    (None, "+7 701 222 33 44 Нұрмұхамет", {"name": "Нұрмұхамет"}),
    (None, "спросить Людмилу Фёдоровну 87012223344", {"name": "Людмила Фёдоровна"}),
    (None, "спросите Виктора Петровича 87012223344", {"name": "Виктор Петрович"}),
    ("name", "зовите просто Гарик", {"name": "Гарик"}),
    (None, "Park Min-ho, +82 10 5544 3321", {"name": "Park Min-ho"}),
    ("area", "Nursat, 3 bolmeli, 64", {"name": None}),
    (None, "ағайдың аты Қайрат, соған звондаңыз", {"name": "Қайрат"}),
    (None, "Рудный, цех 900 квадратов", {"city": "Рудный"}),
    (None, "Нурсултан Болатович, 87012223344", {"city": None, "name": "Нурсултан Болатович"}),
    ("city", "ЛДСП", {"city": None}),
    ("city", "усть-каменогрск", {"city": "Усть-Каменогорск"}),
    # metres that run, numbers of a door or a building, sizes put right, land with the number behind
    ("area", "40 метров кабеля и 18 розеток", {"area": None}),
    ("area", "биыктыгы 6 метр", {"area": None}),
    ("area", "код домофона 45к1845", {"area": None, "object_type": None}),
    ("area", "9th floor, building 24, no lift", {"area": None, "object_type": None}),
    ("area", "третий этаж без лифта, потолок 2,70", {"area": None, "object_type": None}),
    ("area", "не 83,6 а 86,3, в техпаспорте посмотрела", {"area": "86,3 м²"}),
    ("area", "110 деп жазып қойыппын, 101 ғой", {"area": "101 м²"}),
    (None, "площадь поменялась: было 47 стало 49,2", {"area": "49,2 м²"}),
    ("area", "соток 12 будет", {"area": "12 соток"}),
    (None, "қорамның шарбағын жаңартайын деп едім", {"object_type": "забор"}),
    (None, "отделка МОП в нашем ЖК", {"object_type": "подъезд"}),
    (None, "2 подъезда 5 этажей 30 квартир, красим подъезды", {"object_type": "подъезд"}),
    ("contact", "не 83,6 а 86,3", {"area": "86,3 м²"}),
    (None, "не 77 а 78 в конце", {"area": None}),
    # the company's people, and names that are said in other ways
    (None, "Позовите Айгуль, я с ней в прошлый раз говорил", {"name": None}),
    ("name", "Марат мастер у вас работает?", {"name": None}),
    ("name", "Асқар ұста сіздерде істей ме?", {"name": None}),
    (None, "жазып ал Марат Серікұлы", {"name": "Марат Серікұлы"}),
    ("name", "атын Шынар дей бер", {"name": "Шынар"}),
    ("name", "атымды айтпай-ақ қояйын", {"name": None}),
    ("name", "Заря, это имя", {"name": "Заря"}),
    (None, "нужен офис Алматы Сити", {"city": None, "name": None}),
    (None, "нужен потолок 3 на 4", {"object_type": "потолок"}),
    (None, "хозяин Анвар, дом 120", {"name": "Анвар"}),
    ("contact", "Mei-ling Chen", {"name": "Mei-ling Chen"}),
    # a town in another's name, in what a thing is made of, or only asked about
    (None, "Астана моторс рядом с вами?", {"city": None}),
    (None, "вы возле Шымкент Плаза?", {"city": None}),
    (None, "есік темірден керек", {"city": None}),
    ("name", "я председатель КСК", {"city": None}),
    ("name", "мен Астанамын, ата-анам солай қойған", {"city": None}),
    (None, "в Талдыкорган поедете или только по Алматы работаете?", {"city": "Талдыкорган"}),
    (None, "Қарағандыға барасыздар ма, әлде тек Астанада ма?", {"city": "Караганда"}),
    ("city", "Есік жақта, Алматыға жетпей", {"city": "Есик"}),
    ("city", "не доезжая Караганды, Темиртау", {"city": "Темиртау"}),
]  # fmt: skip


def test_a_value_is_what_the_client_means_by_it():
    wrong = []
    for asked, text, due in ROWS:
        slots = extract(text, asked=asked).slots
        got = {slot: slots[slot].value if slot in slots else None for slot in due}
        if got != due:
            wrong.append((text, got, due))
    assert not wrong


def test_several_things_of_one_breath_are_each_heard_with_its_size():
    rows = [
        ("дом 140, баня 25", ("дом", "140 м²"), [("баня", "25 м²")]),
        ("үй 110, монша 24 шаршы", ("дом", "110 м²"), [("баня", "24 м²")]),
        ("коттедж 12х9 с гаражом 6х4 и баней 4х5", ("коттедж", "108 м²"), [("гараж", "24 м²"), ("баня", "20 м²")]),
        ("магазин и склад 260 кв", ("магазин", "260 м²"), [("склад", None)]),
        ("забор с воротами", ("забор", None), [("ворота", None)]),
        ("квартира 58 кв, кухня и ванная под ключ", ("квартира", "58 м²"), []),
        ("дом с мансардой 7х9", ("дом", "63 м²"), []),
        ("дом рядом с баней", ("дом", None), []),
        ("окна в дом", ("окна", None), []),
    ]
    wrong = []
    for text, first, further in rows:
        found = extract(text)
        got = (_thing(found.slots), [_thing(thing) for thing in found.further])
        if got != (first, further):
            wrong.append((text, got))
    assert not wrong


def _thing(slots):
    return slots["object_type"].value, slots["area"].value if "area" in slots else None
