"""Notices in a real browser: the worker over all pages, the page without a network, the sound, the count, the push."""

from __future__ import annotations

import json
import time

from flask import Flask
from playwright.sync_api import expect

from browser.conftest import OFFLINE, PHONE, Person, Sit
from browser.test_access import look
from leadbot.accounts import users
from leadbot.conversations import chat
from leadbot.database import tenancy
from leadbot.models import Source

ALLOWED = {"service_workers": "allow", "permissions": ["notifications"]}


def until(person: Person, is_so: str, seconds: float = 40) -> object:
    """Ask again and again: a page that is hidden draws no frames to wait for."""
    ends_at = time.monotonic() + seconds
    while not (found := person.page.evaluate(is_so)) and time.monotonic() < ends_at:
        person.page.wait_for_timeout(250)
    assert found, is_so
    return found


def has_worker(person: Person) -> None:
    """It is there once it has been fetched, and has the page in hand from the next one on."""
    until(person, "() => navigator.serviceWorker.getRegistration().then((each) => each?.active?.state === 'activated')")
    person.page.reload()
    until(person, "() => navigator.serviceWorker.controller !== null")


def come(app: Flask, person: Person, phone: str, text: str = "Хочу дом 150 м² в Алматы, Канат, {phone}") -> None:
    with app.app_context():
        own = users.by_email(person.email)
        assert own
        tenancy.act_for(own.company_id)
        chat.receive(chat.Incoming(Source.WIDGET, phone, text.format(phone=phone)))


def test_without_a_network_a_page_of_ours_says_so_and_comes_back(sit: Sit) -> None:
    person = sit(PHONE, expected=OFFLINE, **ALLOWED)
    person.go("/board")
    has_worker(person)
    person.page.wait_for_timeout(500)
    person.page.context.set_offline(True)
    person.go("/conversations")
    expect(person.page.locator("h1")).to_have_text("Нет связи")
    assert look(person.page, "no network") == []
    person.page.context.set_offline(False)
    person.page.locator("a.button").click()
    expect(person.page.locator("nav.nav")).to_be_visible()


def test_an_open_page_rings_for_a_lead_and_counts_it_while_nobody_looks(sit: Sit, site_app: Flask) -> None:
    person = sit(**ALLOWED)
    person.go("/settings/profile")
    page = person.page
    page.mouse.click(5, 5)  # browsers are silent until somebody has touched the page
    expect(page.locator("#unread[data-lead]")).to_have_count(1, timeout=20_000)
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})")
    for number in range(3):
        come(site_app, person, f"8776877660{number}")
    until(person, "() => document.documentElement.dataset.rang")
    # three leads that nobody has seen; their talks wait for no person
    until(person, "() => document.title.startsWith('(3)')")
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    until(person, "() => !document.title.startsWith('(')")


def test_a_push_is_shown_and_leads_to_the_lead(sit: Sit, site: str) -> None:
    person = sit(**ALLOWED)
    person.go("/board")
    has_worker(person)
    page = person.page
    control = page.context.new_cdp_session(page)
    registrations: list[str] = []
    control.on("ServiceWorker.workerRegistrationUpdated", lambda said: registrations.extend(
        each["registrationId"] for each in said["registrations"]
    ))  # fmt: skip
    control.send("ServiceWorker.enable")
    page.wait_for_timeout(500)
    said = {
        "title": "Новая заявка № 1",
        "body": "Канат · дом",
        "url": "/leads/1",
        "tag": "lead.created-1",
        "lang": "ru",
    }
    for data in ("no json", json.dumps(said)):
        control.send(
            "ServiceWorker.deliverPushMessage", {"origin": site, "registrationId": registrations[-1], "data": data}
        )
    shown = """async () => {
      const registration = await navigator.serviceWorker.ready;
      const all = await registration.getNotifications();
      return all.length ? all.map((each) => [each.title, each.body, each.tag, each.data.url]) : null;
    }"""
    assert until(person, shown) == [[said["title"], said["body"], said["tag"], said["url"]]]


def test_where_no_push_service_answers_the_page_says_so(sit: Sit) -> None:
    person = sit(expected="Push API in incognito", **ALLOWED)
    person.go("/settings/profile")
    has_worker(person)
    part = person.page.locator("#carrier-push")
    part.get_by_role("button", name="Включить здесь").click()
    expect(part.locator("[data-push-says=failed]")).to_be_visible(timeout=30_000)
    assert look(person.page, "no push service") == []


def test_choices_are_kept_in_place(sit: Sit) -> None:
    for language in ("ru", "kk"):
        person = sit(PHONE)
        person.reads(language)
        person.go("/settings/profile")
        page = person.page
        page.locator("[name=push][value=leads]").check()
        page.locator("[name=hours][value=own]").check()
        expect(page.locator("#begins")).to_be_visible()
        page.locator("#notifications .primary").click()
        expect(page.locator("#toasts")).to_contain_text({"ru": "Сохранено", "kk": "Сақталды"}[language])
        page.reload()
        expect(page.locator("[name=push][value=leads]")).to_be_checked()
        expect(page.locator("#begins")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert look(page, f"notifications {language}") == []
