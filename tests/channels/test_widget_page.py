"""A company's own page: the chat without JavaScript, the QR code, what a client agrees to."""

from __future__ import annotations

import re

from conftest import Api, Web
from flask import Flask
from flask.testing import FlaskClient
from making import set_company
from visiting import bubbles

THANKS = "Спасибо, Канат! Наш менеджер свяжется с вами по номеру 87768776637 в ближайшее время."


def form_of(page: str) -> dict[str, str]:
    """The composer's fields, as a browser without JavaScript sends them."""
    composer = page.split('<form class="composer"')[1].split("</form>")[0]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', composer)
    return dict(hidden) | {"fax_number": ""}


def test_the_dialogue_works_without_javascript(
    stranger: FlaskClient,
    api_almaty: Api,
    slug: str,
) -> None:
    page = stranger.get(f"/c/{slug}?lang=ru&utm_source=insta", headers={"Referer": "https://instagram.com/x"})
    assert page.text.count('name="text"') == 1
    for text in ("Хочу дом", "Алматы", "150 квадратов", "Канат, 87768776637"):
        page = stranger.post(f"/c/{slug}?lang=ru", data={**form_of(page.text), "text": text})
        assert page.status_code == 200
    assert bubbles(page.text, "bot")[-1] == THANKS
    assert bubbles(page.text, "client")[0] == "Хочу дом"
    lead = api_almaty.get("/api/leads").json["leads"][0]
    assert lead["source"] == "widget"


def test_a_page_sent_again_says_nothing_twice(stranger: FlaskClient, slug: str) -> None:
    sent = {**form_of(stranger.get(f"/c/{slug}").text), "text": "Хочу дом"}
    first, again = (stranger.post(f"/c/{slug}?lang=ru", data=sent).text for _ in range(2))
    assert bubbles(first, "client") == bubbles(again, "client") == ["Хочу дом"]


def test_a_chip_and_the_call_work_without_javascript(stranger: FlaskClient, slug: str) -> None:
    sent = form_of(stranger.get(f"/c/{slug}").text)
    page = stranger.post(f"/c/{slug}?lang=ru", data={**sent, "quick": "Дом"}).text
    assert bubbles(page, "client") == ["Дом"]
    page = stranger.post(f"/c/{slug}?lang=ru", data={**form_of(page), "call": "1"}).text
    assert bubbles(page, "client")[-1] == "Позвать менеджера"


def test_what_could_not_be_sent_stays_in_the_field(stranger: FlaskClient, slug: str) -> None:
    sent = {**form_of(stranger.get(f"/c/{slug}").text), "text": "я" * 4097}
    page = stranger.post(f"/c/{slug}?lang=ru", data=sent)
    assert page.status_code == 422
    assert "я" * 4097 in page.text and 'role="alert"' in page.text


def test_the_qr_code_leads_to_the_page(stranger: FlaskClient, slug: str) -> None:
    svg = stranger.get(f"/c/{slug}/qr.svg")
    png = stranger.get(f"/c/{slug}/qr.png?download=1")
    assert svg.mimetype == "image/svg+xml" and b"<svg" in svg.data
    assert png.data.startswith(b"\x89PNG") and f"{slug}.png" in png.headers["Content-Disposition"]
    assert stranger.get(f"/c/{slug}/qr.exe").status_code == 404


def test_what_a_client_agrees_to_can_be_read(almaty: Web, slug: str, stranger: FlaskClient) -> None:
    page = stranger.get(f"/c/{slug}?lang=kk").text
    assert "Нөмір жіберу арқылы СтройКомпания Алматы компаниясының" in page
    link = re.search(rf'href="(/c/{slug}/consent[^"]*)"', page)
    assert link
    assert "Дербес деректерді өңдеу" in stranger.get(link.group(1)).text
    almaty.post("/settings/widget", {"slug": slug, "position": "right", "privacy_url": "https://stroykz.kz/privacy"})
    assert 'href="https://stroykz.kz/privacy"' in stranger.get(f"/c/{slug}").text


def test_nobody_frames_the_page_and_a_closed_company_has_none(
    app: Flask,
    api_almaty: Api,
    stranger: FlaskClient,
    slug: str,
) -> None:
    assert "frame-ancestors 'none'" in stranger.get(f"/c/{slug}").headers["Content-Security-Policy"]
    set_company(app, api_almaty.company_id, is_active=False)
    assert stranger.get(f"/c/{slug}").status_code == 404
    assert stranger.post(f"/c/{slug}", data={"text": "x"}).status_code == 404


def test_a_name_becomes_a_readable_address(slug: str) -> None:
    assert re.fullmatch(r"stroikompaniya-almaty-[a-z0-9]{4}", slug)
