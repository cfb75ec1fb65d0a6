"""What the clients of the demonstration firm said over two months, and what its people did. Told by `demo_story`."""

from __future__ import annotations

from leadbot.leads.attribution import read
from leadbot.models import LeadStatus, Source
from leadbot.operations.demo_story import (
    Call,
    Tale,
    does,
    edits,
    falls_silent,
    gives_back,
    is_nudged,
    moves,
    notes,
    notes_beside,
    plans,
    says,
    takes,
    writes,
)  # fmt: skip

OWNER, AIGUL, TIMUR, ZHANNA = "Данияр Ахметов", "Айгуль Сейтова", "Тимур Оспанов", "Жанна Ким"
WIDGET, TELEGRAM, API = Source.WIDGET, Source.TELEGRAM, Source.API
MEASUREMENT, ESTIMATE, WON, LOST = LeadStatus.MEASUREMENT, LeadStatus.ESTIMATE, LeadStatus.WON, LeadStatus.LOST

_SITE = "https://stroydom.example.com"
ADS = read(f"{_SITE}/doma?utm_source=google&utm_medium=cpc&utm_campaign=doma-iz-gazobloka", "https://www.google.com/")
INSTA = read(f"{_SITE}/remont?utm_source=instagram&utm_campaign=remont-kvartir", "https://l.instagram.com/")
MAPS = read(f"{_SITE}/contacts?utm_source=2gis", "https://2gis.kz/")
SEARCH = read(f"{_SITE}/doma", "https://yandex.kz/")
DIRECT = read(f"{_SITE}/")
OFFICES = read(f"{_SITE}/ofisy?utm_source=krisha&utm_campaign=offices")

# fmt: off
LONG_AGO = (
    Tale("59d 10:20", WIDGET,
         ("Здравствуйте! Хотим дом из газоблока в Талгаре", "есть, 8 соток", "10 на 12 в два этажа",
          "Канат, 8 777 000 01 01"), ADS,
         (("59d 10:29", takes(AIGUL)), ("57d 11:00", moves(AIGUL, MEASUREMENT)),
          ("56d 16:10", notes(AIGUL, "Участок ровный, газ и свет по границе. Просит без подвала.")),
          ("52d 12:30", moves(AIGUL, ESTIMATE)), ("44d 15:00", moves(AIGUL, WON)))),
    Tale("57d 15:42", TELEGRAM,
         ("сәлем, пәтерге ремонт керек", "Алматыда", "78 шаршы", "Айгерім, 8 705 000 01 02"), None,
         (("57d 15:50", takes(ZHANNA)), ("55d 10:15", moves(ZHANNA, MEASUREMENT)),
          ("53d 17:20", moves(ZHANNA, ESTIMATE)), ("47d 12:00", moves(ZHANNA, WON)))),
    Tale("54d 19:35", WIDGET,
         ("сколько стоит построить дом 120 квадратов?", "в Каскелене", "Виктор 8 701 000 01 03"), SEARCH,
         (("53d 09:20", takes(TIMUR)), ("51d 14:00", moves(TIMUR, ESTIMATE)),
          ("48d 11:30", notes(TIMUR, "Сравнивает с каркасным, наша смета на 4 млн выше.")),
          ("45d 10:00", moves(TIMUR, LOST, "expensive")))),
    Tale("51d 12:08", WIDGET,
         ("Добрый день, ремонт двушки под ключ, 54 квадрата, Алматы", "Ольга, 8 775 000 01 04"), INSTA,
         (("51d 12:16", takes(AIGUL)), ("50d 15:00", moves(AIGUL, MEASUREMENT)),
          ("46d 13:40", moves(AIGUL, ESTIMATE)), ("40d 16:20", moves(AIGUL, WON)))),
    Tale("49d 09:55", API,
         ("Hi, we need an office renovation in Almaty", "about 210 sqm", "John Smith, 8 702 000 01 05"), OFFICES,
         (("49d 10:40", takes(TIMUR)), ("47d 15:30", moves(TIMUR, MEASUREMENT)),
          ("43d 11:00", moves(TIMUR, ESTIMATE)), ("33d 17:00", moves(TIMUR, WON)))),
    Tale("46d 20:12", WIDGET,
         ("Үй салу керек еді, Қонаевта", "150 шаршы метр", "Ерлан, 8 747 000 01 06"), ADS,
         (("45d 09:30", takes(ZHANNA)), ("44d 12:00", notes(ZHANNA, "Үш рет қоңырау шалдым, көтермейді.")),
          ("41d 10:00", moves(ZHANNA, LOST, "unreachable")))),
    Tale("43d 13:25", TELEGRAM, ("Нужна баня 6 на 6 в Талгаре", "Руслан 8 707 000 01 07"), None,
         (("43d 13:31", takes(TIMUR)), ("41d 16:00", moves(TIMUR, MEASUREMENT)),
          ("38d 10:20", moves(TIMUR, ESTIMATE)), ("31d 14:00", moves(TIMUR, WON)))),
    Tale("40d 11:48", WIDGET, ("а шкафы-купе делаете? квартира в Алматы, 40 кв", "Асель, 8 771 000 01 08"), MAPS,
         (("40d 12:20", takes(AIGUL)), ("40d 12:35", moves(AIGUL, LOST, "not_ours")))),
    Tale("37d 17:30", WIDGET,
         ("Хочу коттедж 180 м² в Бесагаше, кирпич", "участок есть", "Андрей Петрович, 8 701 000 01 09"), SEARCH,
         (("37d 17:41", takes(AIGUL)), ("35d 11:00", moves(AIGUL, MEASUREMENT)),
          ("30d 12:00", moves(AIGUL, ESTIMATE)),
          ("21d 15:15", notes(AIGUL, "Выбрали другую фирму, у тех рассрочка от банка.")),
          ("21d 15:16", moves(AIGUL, LOST, "competitor")))),
)

LAST_MONTH = (
    Tale("34d 10:05", WIDGET,
         ("Сәлеметсіз бе! Екі қабатты үй салғым келеді", "Алматы, Қалқаман", "200 шаршы метр",
          "Гүлнұр, 8 701 000 01 10"), ADS,
         (("34d 10:12", takes(ZHANNA)), ("32d 15:00", moves(ZHANNA, MEASUREMENT)),
          ("27d 16:40", moves(ZHANNA, ESTIMATE)), ("18d 12:10", moves(ZHANNA, WON)))),
    Tale("31d 21:40", WIDGET, ("ремонт в новостройке, черновая, Алматы", "64 кв", "Дмитрий, 87010000111"), INSTA,
         (("30d 09:15", takes(TIMUR)), ("29d 18:00", moves(TIMUR, MEASUREMENT)),
          ("25d 11:20", moves(TIMUR, ESTIMATE)), ("12d 10:00", moves(TIMUR, LOST, "postponed")))),
    Tale("28d 14:14", TELEGRAM,
         ("здравствуйте, үйдің шатыры ағып тұр, ремонт жасайсыздар ма", "Алматы, 90 шаршы",
          "Серік 8 708 000 01 12"), None,
         (("28d 14:40", takes(ZHANNA)), ("26d 10:00", moves(ZHANNA, MEASUREMENT)),
          ("24d 12:00", moves(ZHANNA, ESTIMATE)), ("19d 17:00", moves(ZHANNA, WON)))),
    Tale("25d 16:03", WIDGET,
         ("Здравствуйте, интересует дом 140 м² в Каскелене", "участок есть, а гарантия есть?",
          "Наталья, 8 777 000 01 13"), ADS,
         (("25d 16:10", takes(AIGUL)), ("23d 11:30", moves(AIGUL, MEASUREMENT)),
          ("17d 15:00", moves(AIGUL, ESTIMATE)),
          ("6d 12:00", plans(AIGUL, "1d 15:00", "Спросить решение по смете")))),
    Tale("23d 12:50", WIDGET, ("Вам нужны поставщики кирпича? Оптовые цены от завода",), DIRECT, leads=False),
    Tale("22d 11:10", WIDGET, ("ремонт офиса 120 кв, Алматы, Достык", "Бауыржан, 8 702 000 01 14"), OFFICES,
         (("22d 11:19", takes(TIMUR)), ("20d 14:00", moves(TIMUR, MEASUREMENT)),
          ("15d 16:30", moves(TIMUR, ESTIMATE)), ("15d 16:40", edits(TIMUR, "area", "125 м²")),
          ("8d 10:00", plans(TIMUR, "2d 11:00", "Отправить график оплат")), ("5d 12:00", moves(TIMUR, WON)))),
    Tale("20d 18:22", TELEGRAM,
         ("Сәлем! Балабақшаға жөндеу керек, Талғар", "300 шаршы", "Мәдина Қасымқызы 8 775 000 01 15"), None,
         (("20d 18:35", takes(ZHANNA)), ("18d 11:00", moves(ZHANNA, MEASUREMENT)),
          ("11d 17:00", moves(ZHANNA, ESTIMATE)),
          ("11d 17:05", plans(ZHANNA, "+1d 11:00", "Смета бойынша кездесу, директор да келеді")))),
    Tale("17d 10:33", WIDGET,
         ("Построить дом в Алматы, 220 м², два этажа и гараж", "Игорь Пак, 8 701 000 01 16",
          "лучше пишите в ватсап, на звонки не отвечаю"), SEARCH,
         (("17d 10:44", takes(AIGUL)), ("14d 12:00", moves(AIGUL, MEASUREMENT)),
          ("9d 16:00", moves(AIGUL, ESTIMATE)),
          ("9d 16:05", notes(AIGUL, "Смету отправила в WhatsApp, жена смотрит планировку.")),
          ("4d 11:00", moves(AIGUL, WON)))),
    Tale("16d 14:15", WIDGET, ("Добрый день, сколько стоит ремонт ванной?", "квартира 46 квадратов"), INSTA,
         (("16d 14:26", is_nudged), ("16d 14:50", falls_silent)), leads=False),
    Tale("15d 13:05", WIDGET, ("хочу дом, 100 кв, Алматы", "Айдос, 8 747 000 01 17"), ADS,
         (("15d 13:30", takes(TIMUR)), ("13d 15:00", moves(TIMUR, LOST, "duplicate")))),
    Tale("14d 09:40", TELEGRAM,
         ("нужен дом 130 квадратов в Конаеве", "участок есть", "Айдос",
          "звоните лучше жене Айгерим 8 707 000 01 19"), None,
         (("14d 09:52", takes(TIMUR)), ("12d 11:00", moves(TIMUR, MEASUREMENT)),
          ("12d 11:10", plans(TIMUR, "3d 10:00", "Выезд на участок")), ("3d 12:40", does(TIMUR)),
          ("3d 12:41", notes(TIMUR, "Был на участке: уклон полтора метра, нужна подпорная стенка.")))),
    Tale("13d 15:20", WIDGET,
         ("Hello, do you build houses in Almaty? 160 sqm, we have the land", "Emma Brown, +44 20 7946 0018"), DIRECT,
         (("13d 15:33", takes(OWNER)), ("10d 12:00", moves(OWNER, MEASUREMENT)),
          ("10d 12:05", plans(OWNER, "+2d 15:00", "Встреча на участке, Эмма прилетает утром")))),
)

THIS_WEEK = (
    Tale("11d 12:30", WIDGET, ("ремонт квартиры под ключ, Алматы, 92 кв", "Жанар, 8 705 000 01 20"), INSTA,
         (("11d 12:37", takes(AIGUL)), ("9d 14:00", moves(AIGUL, MEASUREMENT)),
          ("9d 14:10", plans(AIGUL, "1d 12:00", "Перезвонить после замера")))),
    Tale("9d 10:10", WIDGET,
         ("Сколько стоит квадрат дома из газоблока?", "дом 150 кв, Талгар", "участок есть",
          "Марат, 8 701 000 01 21"), ADS,
         (("9d 10:21", takes(TIMUR)), ("9d 11:05", says("и ещё офис 80 м² в Алматы отремонтировать")),
          ("9d 11:12", takes(TIMUR)), ("7d 15:00", moves(TIMUR, MEASUREMENT)))),
    Tale("8d 17:45", TELEGRAM,
         ("Ассалаумағалейкум, монша салу керек", "Есікте, 36 шаршы", "Нұрлан 8 778 000 01 22"), None,
         (("8d 18:02", takes(ZHANNA)),
          ("7d 10:00", plans(ZHANNA, "+1d 16:00", "Қайта қоңырау шалу, жоба таңдап жатыр")))),
    Tale("7d 11:25", WIDGET, ("кровлю перекрыть на доме, Алматы, 110 кв", "Сергей, 8 777 000 01 23"), MAPS,
         (("7d 11:30", takes(AIGUL)), ("5d 16:00", moves(AIGUL, ESTIMATE)),
          ("5d 16:05", plans(AIGUL, "+3d 10:00", "Узнать решение")))),
    Tale("6d 19:50", WIDGET,
         ("дом хотим, но пока только прицениваемся", "Алматы, 120 кв", "Лаура, 8 702 000 01 24"), SEARCH,
         (("5d 10:30", takes(TIMUR)), ("4d 12:00", moves(TIMUR, LOST, "postponed")))),
    Tale("5d 14:35", API, ("Ремонт квартиры, Алматы, 70 м²", "Алия, 8 707 000 01 25"), OFFICES,
         (("5d 15:05", takes(AIGUL)), ("3d 11:00", says("мы передумали, ремонт не нужен")))),
    Tale("4d 16:10", WIDGET,
         ("Вы ремонт у нас делали, плитка в ванной отвалилась! Это безобразие, верните деньги",
          "Галина Ивановна, 8 701 000 01 26"), DIRECT,
         (("4d 16:20", takes(OWNER)),
          ("4d 16:32", writes(OWNER, "Галина Ивановна, приношу извинения. Мастер приедет завтра в 10:00, переложим "
                                     "за наш счёт.")),
          ("4d 16:40", says("Хорошо, жду")), ("4d 16:44", writes(OWNER, "Мастера зовут Олег, он позвонит за час.")),
          ("4d 17:30", gives_back(OWNER)),
          ("4d 17:31", plans(OWNER, "+1d 18:00", "Проверить, переложили ли плитку")))),
    Tale("3d 10:12", TELEGRAM,
         ("сәлем, дом строить керек, Қаскелең жақта", "140 квадрат, екі этаж", "Бекзат, 8 747 000 01 27"), None,
         (("3d 10:20", takes(ZHANNA)), ("2d 13:00", moves(ZHANNA, MEASUREMENT)),
          ("2d 13:05", plans(ZHANNA, "+1d 09:30", "Өлшеу: Қаскелең, Абай көшесі 12")))),
    Tale("2d 15:25", WIDGET, ("здравствуйте, вакансии прораба есть? ищу работу",), DIRECT, leads=False),
    Call("2d 11:40", TIMUR,
         {"name": "Арман Бейсенов", "phone": "8 701 000 01 28", "object_type": "дом", "city": "Алматы"},
         (("2d 11:44", notes(TIMUR, "Позвонил сам, от Каната из Талгара. Дом как у него, но с мансардой.")),
          ("2d 11:46", plans(TIMUR, "1d 10:30", "Отправить фото дома Каната")))),
    Tale("1d 12:18", WIDGET,
         ("Нужен ремонт кофейни, 85 кв, Алматы, открытие через месяц", "Камила, 8 775 000 01 29"), INSTA,
         (("1d 12:24", takes(AIGUL)),
          ("1d 12:40", plans(AIGUL, "+90m", "Перезвонить: согласовать время замера")))),
    Tale("1d 16:05", TELEGRAM,
         ("Добрый день! Дом 10 на 11, Иссык, участок 12 соток", "Ержан 8 708 000 01 30"), None,
         (("1d 16:50", takes(ZHANNA)),)),
)

TODAY = (
    Tale("150m", WIDGET, ("хочу дом в Алматы, 180 квадратов", "участок есть", "Тимофей, 8 701 000 01 31"), ADS),
    Tale("95m", WIDGET,
         ("Срочно! Прорвало трубу, залило квартиру, нужен ремонт, Алматы, 60 кв", "Инна, 8 777 000 01 32"), MAPS,
         (("88m", notes_beside(AIGUL, "Аварийка воду перекрыла, ей нужна смета для страховой.")),)),
    Tale("70m", TELEGRAM,
         ("Сәлеметсіз бе, пәтерге жөндеу жасайсыздар ма?", "58 шаршы, Алматы", "Ақбота 8 705 000 01 33"), None,
         (("62m", writes(ZHANNA, "Сәлеметсіз бе, Ақбота! Иә, жасаймыз. Өлшеуге қай күні барғанымыз ыңғайлы?")),
          ("58m", says("Сенбіде таңертең болады ма?")),
          ("55m", writes(ZHANNA, "Болады, шебер сағат 10-да хабарласады.")), ("51m", says("Рақмет!")))),
    Tale("40m", WIDGET, ("Здравствуйте. Дом 200 м², Талгар, нужен проект и смета", "Роман, 8 702 000 01 34"), SEARCH),
    Tale("18m", WIDGET,
         ("Сколько у вас выходит ремонт трёшки?", "78 квадратов, Алматы",
          "мне бы с человеком поговорить, позовите менеджера"), INSTA, leads=False),
    Tale("9m", WIDGET, ("Привет, пристройку к дому делаете?", "дом в Алматы, пристройка 30 кв"), DIRECT, leads=False),
    Tale("5m", WIDGET, ("Үй салғым келеді, Алматы облысы, Талғар", "120 шаршы", "Дана, 8 771 000 01 35"), ADS),
)
# fmt: on

TALES = (*LONG_AGO, *LAST_MONTH, *THIS_WEEK, *TODAY)

# A file of the firm's former program: phone, name, town, object, area, stage, created (days ago; None: it said none).
FORMER = (
    ("8 701 000 01 41", "Мурат Сагинтаев", "Алматы", "дом", "160", "Договор", 55),
    ("8 777 000 01 42", "Светлана Юн", "Алматы", "квартира", "72", "Смета отправлена", 50),
    ("8 705 000 01 43", "Қайрат Әбенов", "Талгар", "дом", "110", "Взяли в работу", None),
)
