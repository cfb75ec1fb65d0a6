"""What clients do, kind by kind, in several languages and trades, before a lead and after it: a table a kind."""

from __future__ import annotations

from dataclasses import replace

from talking import COMPANY, Talk

from leadbot.engines.base import CompanyFact
from leadbot.engines.rules.dialogue.memory import renewed

FACTS = {
    "price": ("Дом от 250 000 ₸ за м²", "Үй м² 250 000 ₸-ден", "House from 250 000 ₸ per m²"),
    "term": ("Дом за 4 месяца", "Үйді 4 айда саламыз", "A house takes 4 months"),
    "guarantee": ("Гарантия 3 года", "3 жыл кепілдік", "3 years of guarantee"),
    "installment": ("Рассрочка на 12 месяцев", "12 айға бөліп төлеу", "Instalments for 12 months"),
    "discount": ("Скидка 5 % пенсионерам", "Зейнеткерге 5 % жеңілдік", "5 % off for seniors"),
    "portfolio": ("Работы: instagram.com/dom", "Жұмыстар: instagram.com/dom", "See instagram.com/dom"),
    "documents": ("Работаем по договору", "Шартпен жұмыс істейміз", "We sign a contract"),
    "area_served": ("Астана и Акмолинская область", "Астана және Ақмола облысы", "Astana and Akmola region"),
    "materials": ("Материалы наши", "Материал бізден", "We bring materials"),
}  # fmt: skip
KNOWN = replace(
    COMPANY,
    facts=tuple(CompanyFact(topic, dict(zip(("ru", "kk", "en"), told, strict=True))) for topic, told in FACTS.items()),
    address="Астана, Кенесары 40",
)
SELLING = ("планируете", "площад", "городе", "объект", "жоспарлап", "қалада", "ауданы", "planning")


def registered(*texts):
    talk = Talk(KNOWN)
    talk.say("Нужна баня", "Астана", "36 квадратов", "Тимур, 87012340099", *texts)
    return talk


def test_a_second_object_is_a_lead_of_its_own():
    table = {
        "здравствуйте опять я, ещё квартиру надо отремонтировать 70 кв в Кокшетау": ("квартира", "70 м²", "Кокшетау"),
        "теперь ещё нужен гараж 40 м2 там же": ("гараж", "40 м²", "Астана"),
        "тағы пәтер жөндеу керек 55 шаршы Қарағандыда": ("квартира", "55 м²", "Караганда"),
        "екінші үйім бар, 120 шаршы, Көкшетауда": ("дом", "120 м²", "Кокшетау"),
        "we also need an office renovated, 90 sqm in Karaganda": ("офис", "90 м²", "Караганда"),
        "plus k etomu nuzhen remont ofisa 85 kv v kokshetau": ("офис", "85 м²", "Кокшетау"),
        "у сестры квартира 44 кв в Щучинске, тоже ремонт": ("квартира", "44 м²", "Щучинск"),
        "кстати и дача есть, 60 квадратов, под Кокшетау, тоже построить": ("дача", "60 м²", "Кокшетау"),
    }
    leads = {text: registered(text).last.register for text in table}
    assert {text: lead and (lead.object_type, lead.area, lead.city) for text, lead in leads.items()} == table


def test_who_complains_is_sold_nothing_before_a_lead_and_after_it():
    wrong = []
    for text in (
        "крыша течёт, безобразие", "после ваших электриков свет мигает по всему дому",
        "плитка вся в разнобой, это брак",
        "неделю назад деньги взяли и ни слуху ни духу", "терезені қисық қойып кетіпсіздер",
        "ақшамызды алып, жұмыс бастамадыңыздар", "усталарыныз уйди лас кылып тастап кетти",
        "ремонттан кейін кабырга жарылып кетти, ким жауап береди", "vashi rabochie slomali mne dver",
        "дверь перекосило после вашей установки",
    ):  # fmt: skip
        for talk in (Talk(KNOWN), registered()):
            answer = talk.say(text).lower()
            if talk.act != "complaint" or any(word in answer for word in SELLING):
                wrong.append((text, answer))
    assert wrong == []


def test_a_call_for_a_human_and_the_question_for_a_bot_are_heard_at_any_time():
    calls = (
        "переключите на живого", "мне нужен кто-то из руководства", "дайте поговорить с прорабом", "адам қосыңызшы",
        "менеджермен хабарласқым келеді", "бастыгынызды шакырыныз", "manager please", "let me talk to somebody real",
        "pozovite cheloveka", "живой адам керек маған",
    )  # fmt: skip
    bots = ("я с машиной говорю что ли", "это автоответчик пишет?", "ты живая?", "роботпен сойлесип турмын ба",
            "бот па бұл әлде адам ба", "is it a bot answering")  # fmt: skip
    wrong = []
    for talk, text in [(talk, text) for text in calls for talk in (Talk(KNOWN), registered())]:
        talk.say(text)
        wrong += [text] if talk.act != "call_human" else []
    for talk, text in [(talk, text) for text in bots for talk in (Talk(KNOWN), registered())]:
        answer = talk.say(text).lower()
        wrong += [text] if "бот" not in answer and "bot" not in answer else []
    assert wrong == []


def test_after_the_lead_the_bot_hears_as_before_it():
    acts = {
        "всё, планы изменились, не надо": "withdrawal",
        "бас тартамыз, керек емес": "withdrawal",
        "баска жерден таптык": "withdrawal",
        "ne nado uzhe, peredumali": "withdrawal",
        "второй час жду и тишина": "call_human",
        "мне так и не перезвонили": "call_human",
        "ешкім звандамады ғой": "call_human",
        "nobody has called me yet": "call_human",
    }
    assert {text: registered(text).act for text in acts} == acts
    ways = {
        "у меня нет слуха, только смс": "message", "звонить бесполезно, в ватсап": "whatsapp",
        "телеграм лучше, я на парах": "telegram", "хат жазсаңыз, телефон көтермеймін": "message",
        "no calls please, message me": "message",
    }  # fmt: skip
    assert {text: registered(text).known["state"].get("contact_by") for text in ways} == ways
    others = {"наберите лучше мужа Арман 87015550011": "Арман", "брату звоните, 87015550014": "брат",
              "маған емес, ағам Бауыржанға звандаңыз 87015550012": "Бауыржан",
              "call my husband Marat 87015550013": "Marat"}  # fmt: skip
    assert {text: registered(text).last.register.contact_name for text in others} == others


def test_all_that_is_asked_is_answered_without_a_mark_too():
    table = {
        "рассрочку даёте": ["12 мес"], "скиньте расценки и сроки": ["250 000", "4 мес"],
        "гарантия скока лет": ["3 года"],
        "бағасын айтыңызшы және қанша уақыт кетеді": ["250 000", "4 ай"], "несиеге болады ма": ["12 айға"],
        "кепилдик канша жыл": ["3 жыл"], "пришлите примеры и адрес": ["instagram", "Кенесары"],
        "how much and how long": ["250 000", "4 months"], "договор составляем, скидка есть": ["договор", "5 %"],
        "материал чей и почём": ["Материалы", "250 000"], "uy kansha turady": ["250 000"],
    }  # fmt: skip
    wrong = {}
    for talk, text in [(talk, text) for text in table for talk in (Talk(KNOWN), registered())]:
        answer = talk.say(text)
        if not all(told.lower() in answer.lower() for told in table[text]):
            wrong[text] = answer
    assert wrong == {}


def test_the_number_he_left_before_is_taken_by_a_word():
    for text in ("тот же номер", "номер мой у вас есть", "номерім сол баяғы", "same number"):
        talk = Talk(KNOWN)
        talk.known = renewed(registered().known)
        talk.say("хочу дом 130 кв в Косшы", "участок есть", text)
        assert talk.last.register is not None and talk.last.register.phone == "87012340099", text


def test_the_language_is_heard_in_any_letters():
    kazakh = ("салеметсиз бе уй салу керек еди", "канша турады моншанын багасы", "кашан бастай аласыздар",
              "qansha turady", "жумысты тез истейсиздер ме",
              "uy salgym keledi", "менин атым Гулмира", "коршау керек еди")  # fmt: skip
    russian = ("skolko stoit remont", "nuzhen dom 100 kv", "privet hochu banyu", "kogda priedete")
    table = dict.fromkeys(kazakh, "kk") | dict.fromkeys(russian, "ru")
    heard = {}
    for text in table:
        talk = Talk(KNOWN)
        talk.say(text)
        heard[text] = talk.language
    assert heard == table


def test_a_place_gets_a_yes_or_a_no_at_once():
    table = {"в Актобе строите?": "Нет", "в Кокшетау работаете": "Да", "Ақтауда саласыздар ма": "Жоқ",
             "Көкшетауға келесіздер ме": "Иә", "do you work in Taraz": "No", "до Щучинска доедете?": "Да",
             "a v almaty delaete?": "Нет", "Алматыда жасайсыздар ма?": "Жоқ"}  # fmt: skip
    answers = {text: Talk(KNOWN).say(text) for text in table}
    assert [answer for text, answer in answers.items() if not answer.startswith(table[text])] == []
