"""Kinds of turns after which a client would leave, or a manager be told less than was said."""

from __future__ import annotations

from dataclasses import replace

from collecting import over
from talking import COMPANY, Talk

HOUSE = ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637")


def said(*texts, company=COMPANY):
    talk = Talk(company)
    talk.say(*texts)
    return talk


def test_two_things_of_one_message_stand_in_the_summary_and_either_may_come_first():
    talk = said("гараж и баня нужны, Талгар", "гараж 30, баня 24")
    assert (talk.value("object_type"), talk.value("area")) == ("гараж", "30 м²")
    assert "Записал: гараж и баня" in talk.answers()[0]
    talk.say("давайте сначала баню", "Олег 87051234567")
    assert (talk.value("object_type"), talk.value("area"), talk.value("city")) == ("баня", "24 м²", "Талгар")
    assert "гараж 30 м²" in talk.lead().summary


def test_one_more_of_the_same_kind_is_another_lead_and_moves_nothing():
    talk = said(*HOUSE, "ещё один дом есть, в Таразе, 90 кв")
    assert talk.last.is_another and (talk.value("city"), talk.value("area")) == ("Тараз", "90 м²")


def test_who_is_upset_needs_no_word_you_to_be_heard():
    texts = [
        "труба течёт, безобразие", "вы нам в том году клали, плитка отвалилась", "шкаф собрали криво, кто исправит",
        "the floor you laid is creaking", "жапқандарыңызға бір ай болды, төбе ағып тұр", "масқара, есік жабылмайды",
    ]  # fmt: skip
    assert [text for text in texts if said(text).act != "complaint"] == []
    wishes = ["крыша течёт, нужен ремонт", "шатыр ағып тұр, жөндетіңізші", "у вас можно починить крышу? капает"]
    assert [text for text in wishes if said(text).act == "complaint"] == []


def test_a_manager_is_called_in_two_words_before_a_lead_and_after_it():
    assert said("operator please").act == "call_human"
    assert said(*HOUSE, "manager pls").act == "call_human"


def test_a_question_beside_the_contact_is_kept_and_answered():
    talk = said("Квартира 60 кв, Астана, Камила, 87471230099. Когда сможете приехать?")
    assert "замере" in talk.answers()[-1] and "Когда сможете приехать?" in talk.lead().summary


def test_who_introduces_himself_after_a_relative_keeps_her_as_the_one_to_call():
    talk = said("звоните моей жене Назгуль 87051112299, дом 130 кв Тараз", "меня зовут Дастан")
    assert (talk.lead().name, talk.lead().contact_name) == ("Дастан", "Назгуль")


def test_a_phone_comes_in_three_messages_that_begin_with_any_code():
    for code in ("775", "777", "701", "747"):
        assert (
            said("ремонт офиса", "шымкент", "140", "Снежана", code, "402", "1198").value("phone") == f"8{code}4021198"
        )


def test_other_trades_keep_what_they_do_not_understand_for_the_manager():
    cars = replace(COMPANY, setup="cars")
    talk = said("нужно масло поменять", "Kia Rio 2019", "2012 год", "завтра можно подъехать?", company=cars)
    assert talk.value("callback") == "завтра" and "Kia Rio 2019" in talk.known["state"]["remarks"]
    talk = said("how much is a French course for adults", company=replace(COMPANY, setup="school"))
    assert "price" in talk.answers()[0] and talk.value("object_type") == "French course for adults"


PART_AND_PLACE = [
    ("хочу забор поставить", "Дом свой. Риддер", "забор"),
    ("терезе ауыстыру керек", "пәтер Астанада", "окна"),
    ("i need a new door", "a flat in Almaty", "двери"),
    ("септик нужен", "частный дом, Талгар", "септик"),
]


@over(PART_AND_PLACE, name=str)
def test_where_a_part_is_to_be_takes_not_its_place_and_is_no_further_wish(wish, place, thing):
    talk = said(wish, place)
    assert talk.value("object_type") == thing
    assert not [answer for answer in talk.answers() if "записал и это" in answer.lower() or "жазып алдым" in answer]
    assert talk.asked == "contact"  # no size of a house is asked for it


def test_a_house_that_is_wished_for_too_is_another_thing():
    talk = said("хочу забор поставить", "и ещё дом построить")
    assert talk.value("object_type") == "забор" and "дом" in talk.answers()[-1]


def test_the_size_of_the_flat_is_kept_with_the_windows():
    assert said("окна поменять надо, Уральск", "квартира 64 квадрата").value("area") == "64 м²"


def test_the_answer_to_the_size_is_the_things_own_though_a_part_is_named():
    talk = said("хотим коттедж под ключ, Талапкер", "200 квадратов примерно, подвал отдельно")
    assert (talk.value("object_type"), talk.value("area")) == ("коттедж", "200 м²")


@over(["подумали с мужем, пусть будет 7 на 9", "мы посоветовались: 70 квадратов"], "text", name=str)
def test_who_has_thought_it_over_and_names_a_size_puts_nothing_off(text):
    talk = said("хочу баню 6х6, Алматы", text)
    assert "не торопим" not in talk.answers()[-1]


@over(["имя зачем вам, не скажу", "есімімді айтпаймын"], "text", name=str)
def test_who_keeps_his_name_to_himself_is_not_told_why_the_phone_is_needed(text):
    talk = said("натяжной потолок, 18 квадратов, Атырау", text)
    assert "омер нужен" not in talk.answers()[-1] and "өміріңіз менеджер" not in talk.answers()[-1]
    talk.say("8 776 050 50 50")
    assert talk.registered == 1
