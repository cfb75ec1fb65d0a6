"""What managers see of the acts: further leads, marks on card and talk, notices, figures; and whom the bot knows."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from leadbot.accounts import users
from leadbot.bot import company_settings
from leadbot.conversations import chat
from leadbot.database.session import db
from leadbot.leads import registration
from leadbot.models import Conversation, Delivery, Evidence, Lead, LeadStatus, Source
from leadbot.notifications import notice_marks
from leadbot.reports import figures

REGISTERED = ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637")


def say(*texts, client="client", source=Source.WIDGET):
    for text in texts:
        reply = chat.receive(chat.Incoming(source, client, text))
    return reply


def all_leads():
    return list(db.session.scalars(select(Lead).order_by(Lead.id)))


def notices(event):
    return [row.text for row in db.session.scalars(select(Delivery).where(Delivery.event == event))]


@pytest.fixture
def company(app):
    """A company with a chat in Telegram, acting."""
    with app.app_context():
        users.sign_up("owner@almaty.kz", "test123", "Алматы Құрылыс")
        own = company_settings.company()
        own.telegram_chat_id = "-100"
        db.session.commit()
        yield own


def test_a_second_object_gets_a_lead_of_its_own_and_the_first_stays(company):
    say(*REGISTERED)
    before = {column.key: getattr(all_leads()[0], column.key) for column in Lead.__table__.columns}
    reply = say("теперь нужен ещё ремонт офиса 120 кв в Талгаре")
    assert reply.function_called == "register_lead"
    first, second = all_leads()
    unchanged = ("name", "phone", "city", "object_type", "area", "area_m2", "summary", "status")
    assert {key: getattr(first, key) for key in unchanged} == {key: before[key] for key in unchanged}
    assert (second.object_type, second.area, second.city) == ("офис", "120 м²", "Талгар")
    assert (second.name, second.phone, second.related_lead_id) == (first.name, first.phone, first.id)
    assert len(notices("lead.created")) == 2
    say("нет, на 87051112233")
    first, second = all_leads()
    assert (first.phone, second.phone) == ("87768776637", "87051112233")
    proven = db.session.scalars(select(Evidence.field).where(Evidence.lead_id == second.id))
    assert {"object_type", "area", "city"} <= set(proven)


def test_a_complaint_is_told_to_the_owner_once_and_marked(company):
    say("плитка отвалилась через неделю после ваших мастеров", "верните деньги, это ваши рабочие виноваты")
    say("87051112233", "Олег")
    talk = db.session.scalars(select(Conversation)).one()
    assert (talk.is_complaint, talk.waits_for) == (True, "call")
    assert all_leads()[0].is_complaint
    assert len(notices("complaint")) == 1
    assert "⚠️" in notices("lead.created")[0]


def test_who_has_complained_is_still_called_when_he_wants_nothing_more(company):
    say(*REGISTERED, "ваши рабочие испортили пол, верните деньги", "всё, передумал, ничего не надо")
    assert db.session.scalars(select(Conversation)).one().waits_for == "call"


def test_a_withdrawal_is_told_and_closes_nothing(company):
    say(*REGISTERED, "мы передумали, не надо")
    lead = all_leads()[0]
    assert (lead.is_withdrawn, lead.status) == (True, LeadStatus.NEW)
    assert len(notices("withdrawn")) == 1
    assert figures.over(30).heard == {"withdrawn": 1}


def test_who_withdraws_before_the_lead_makes_none_when_the_talk_goes_silent(company):
    say("Хочу дом", "Алматы", "87051112233", "передумали, уже не нужно")
    talk = db.session.scalars(select(Conversation)).one()
    assert talk.hot_since is None
    assert chat.finish_idle(talk) is None


def test_how_and_whom_to_reach_stand_on_the_lead(company):
    say(*REGISTERED, "только в ватсап пишите, звонки не беру", "звоните лучше жене Айгерим 87071234567")
    lead = all_leads()[0]
    assert (lead.contact_by, lead.name, lead.contact_name, lead.phone) == (
        "whatsapp",
        "Канат",
        "Айгерим",
        "87071234567",
    )
    told = "\n".join(notices("lead.updated"))
    assert "WhatsApp" in told
    assert "Айгерим" in told


def test_a_client_whom_the_company_knows_is_not_asked_for_his_name(company):
    say(*REGISTERED)
    reply = say("баня 30 квадратов, Талгар", "участок есть", "87768776637", client="another")
    assert "Канат" in reply.text
    assert reply.function_called == "register_lead"


def test_a_new_episode_knows_who_he_is(company):
    say(*REGISTERED)
    lead = all_leads()[0]
    lead.status = LeadStatus.WON
    db.session.commit()
    reply = say("нужна баня 30 кв в Есике")
    assert reply.text.startswith("С возвращением, Канат!")
    say("участок есть", "да")
    first, second = all_leads()
    assert (second.name, second.phone, second.previous_id) == ("Канат", first.phone, first.id)


def test_marks_of_a_notice_in_three_languages():
    lead = Lead(is_complaint=True, is_urgent=True, contact_by="message", contact_name="Айгерим", related_lead_id=7)
    assert notice_marks.marks(lead, "ru").startswith("⚠️ Жалоба · 🔥 Срочно · Не звонить, писать · Звонить: Айгерим")
    assert all(notice_marks.marks(lead, language) for language in ("kk", "en"))
    assert registration.MARKS == ("contact_by", "contact_name", "is_complaint", "is_withdrawn", "is_urgent")


def test_who_complained_waits_for_a_person_though_he_needs_nothing_more(company):
    say(*REGISTERED, "ваша бригада испортила мне паркет, верните деньги", "и вообще ничего не надо, отменяйте")
    talk = db.session.scalars(select(Conversation)).one()
    assert talk.is_withdrawn and talk.waits_for == "call"
