"""The pages of the API's document in a real browser: read, authorize, try."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from browser.conftest import PASSWORD, Person, Sit


@pytest.fixture
def reader(sit: Sit) -> Person:
    """A person who has an account and opens the document."""
    return sit()


def tried(person: Person, operation: str) -> Locator:
    """Open an operation, send it as the page proposes; where the answer stands."""
    block = person.page.locator(f"#operations-{operation}")
    block.locator(".opblock-summary-control").click()
    block.locator("button.execute").click()
    return block.locator(".live-responses-table")


def test_swagger_ui_authorizes_by_the_log_in_of_the_contract_and_tries_the_api(reader: Person) -> None:
    page = reader.page
    reader.go("/docs")
    page.locator("button.authorize").first.click()
    form = page.locator(".auth-container", has=page.locator("#oauth_username"))
    form.locator("#oauth_username").fill(reader.email)
    form.locator("#oauth_password").fill(PASSWORD)
    form.locator("button.authorize").click()
    expect(page.get_by_text("Authorized", exact=True)).to_be_visible()
    page.locator(".btn-done").first.click()
    expect(tried(reader, "Account-api_auth_me")).to_contain_text(reader.email)
    expect(tried(reader, "Chat-api_chat_send")).to_contain_text("У вас уже есть участок в Алматы?")


def test_redoc_shows_the_document_and_finds_in_it(reader: Person) -> None:
    page = reader.page
    reader.go("/redoc")
    expect(page.get_by_role("heading", name="Leadbot API")).to_be_visible()
    page.get_by_placeholder("Search...").fill("client's message")
    expect(page.locator("[data-role='search:results']")).to_contain_text("Send a client's message to the bot")
