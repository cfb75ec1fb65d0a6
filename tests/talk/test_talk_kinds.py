"""Kinds of turns after which a client would leave, or a manager be told less than was said."""

from __future__ import annotations

from dataclasses import replace

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
