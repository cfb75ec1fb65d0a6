"""A client speaks instead of writing: in the widget, on a site of another origin."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from browser.hosting import Come, Shop, Visit

NO_MICROPHONE = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"


def recorder(visit: Visit) -> Locator:
    return visit.chat.locator("#record")


def test_a_recording_is_sent_played_again_and_heard_by_the_manager(come: Come, shop: Shop) -> None:
    visit = come()
    visit.open()
    record = recorder(visit)
    record.click()
    expect(record).to_have_attribute("aria-label", "Остановить и отправить")
    expect(visit.field).to_have_attribute("placeholder", "Идёт запись, 0:01")
    record.click()
    expect(visit.bubbles).to_have_count(3)  # the greeting, the sound, the answer
    expect(record).to_have_attribute("aria-pressed", "false")
    visit.chat.locator("[data-file=audio]").click()
    expect(visit.chat.locator("audio")).to_be_visible()
    shop.manager.go("/conversations")
    shop.manager.page.locator("a", has_text="Гость").first.click()
    clip = shop.manager.page.locator("audio").first
    expect(clip).to_be_visible()
    box = clip.bounding_box()
    assert box and box["width"] > 150
    seconds = clip.evaluate("async (a) => { a.muted = true; await a.play(); return a.readyState }")
    assert seconds >= 2


def test_escape_throws_a_recording_away_and_the_chat_stays(come: Come) -> None:
    visit = come()
    visit.open()
    recorder(visit).click()
    expect(recorder(visit)).to_have_attribute("aria-pressed", "true")
    visit.page.keyboard.press("Escape")
    expect(recorder(visit)).to_have_attribute("aria-pressed", "false")
    expect(visit.field).to_be_visible()
    expect(visit.bubbles).to_have_count(1)
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("iframe")).to_be_hidden()


def test_without_a_microphone_the_client_is_told_what_to_do(come: Come) -> None:
    visit = come()
    visit.context.add_init_script(NO_MICROPHONE)
    visit.page.reload()
    visit.open()
    recorder(visit).click()
    expect(visit.chat.locator("#trouble")).to_have_text("Микрофон недоступен. Напишите или прикрепите готовую запись")
    sound = b"OggS" + b"\0" * 400
    visit.chat.locator("[name=file]").set_input_files({"name": "v.ogg", "mimeType": "audio/ogg", "buffer": sound})
    expect(visit.chat.locator("[data-file=audio]")).to_be_visible()
    expect(visit.chat.locator("#trouble")).to_be_hidden()
