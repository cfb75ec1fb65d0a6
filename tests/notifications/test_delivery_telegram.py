"""One plain text to one chat, every refusal understood, and the token nowhere to be seen."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

import pytest
from doubles import TelegramDouble
from doubles.server import Answer
from doubles.telegram import BLOCKED, BROKEN, CANT_PARSE, DROPS, HANGS, MOVED, NO_CHAT, TOKEN, refuse, too_many
from hypothesis import given
from hypothesis import strategies as st

from leadbot.errors import DeliveryError
from leadbot.notifications.carriers.telegram import send as telegram_room
from leadbot.notifications.carriers.telegram.buttons import Button
from leadbot.notifications.carriers.telegram.send import TelegramSender, clip_utf16


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with TelegramDouble() as server:
        yield server


@pytest.fixture
def channel(telegram: TelegramDouble) -> TelegramSender:
    return TelegramSender(TOKEN, telegram.url)


def refused(channel: TelegramSender) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        channel.say("-100", "текст")
    return error.value


def test_a_message_goes_out_as_it_is(telegram: TelegramDouble, channel: TelegramSender) -> None:
    text = "🆕 № 128: *Канат* _[x](y)_ <b>`~>#+-=|{}.!\nвторая строка"
    assert channel.say("-100123", text) == "1"
    assert channel.say("-100123", text) == "2"
    sent = telegram.sent[0]
    assert (sent["chat_id"], sent["text"]) == ("-100123", text)
    assert "parse_mode" not in sent
    assert sent["link_preview_options"] == {"is_disabled": True}


def test_buttons_stand_in_rows(telegram: TelegramDouble, channel: TelegramSender) -> None:
    rows = [
        [Button("Беру", data="take:128"), Button("Отказ", data="lost:128")],
        [Button("Открыть", url="https://x.kz")],
    ]
    channel.say("-100123", "текст", rows)
    assert telegram.sent[0]["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "Беру", "callback_data": "take:128"}, {"text": "Отказ", "callback_data": "lost:128"}],
            [{"text": "Открыть", "url": "https://x.kz"}],
        ]
    }


@pytest.mark.parametrize("text", ["x" * 9000, "😀" * 4096, "я" * 3501, "a" + "😀" * 3000])
def test_a_long_text_is_cut_between_characters(telegram: TelegramDouble, channel: TelegramSender, text: str) -> None:
    channel.say("1", text)
    sent = telegram.texts[0]
    assert 3498 <= len(sent.encode("utf-16-le")) // 2 <= 3500
    assert sent.endswith("…") and text.startswith(sent[:-1])


@given(st.text(), st.integers(1, 30))
def test_cutting_never_breaks_a_character(text: str, units: int) -> None:
    cut = clip_utf16(text, units)
    assert len(cut.encode("utf-16-le")) // 2 <= units
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_half_a_character_does_not_stop_a_notice(telegram: TelegramDouble, channel: TelegramSender) -> None:
    channel.say("1", "Канат \ud83d!")
    assert telegram.texts == ["Канат ?!"]


def test_too_many_says_how_long_to_wait(telegram: TelegramDouble, channel: TelegramSender) -> None:
    telegram.then(too_many(17), Answer(429, {"ok": False}, headers={"Retry-After": "5"}), Answer(429, {"ok": False}))
    assert [refused(channel).retry_after for _ in range(3)] == [17, 5, None]


@pytest.mark.parametrize(
    "answer",
    [
        BLOCKED,
        NO_CHAT,
        refuse(403, "Forbidden: bot was kicked from the supergroup chat"),
        refuse(400, "Bad Request: not enough rights to send text messages to the chat"),
    ],
)
def test_a_closed_chat_is_given_up(telegram: TelegramDouble, channel: TelegramSender, answer: Answer) -> None:
    error = refused(channel) if telegram.then(answer) else None
    assert error is not None and error.permanent
    assert error.said == answer.body["description"]


@pytest.mark.parametrize(
    "answer",
    [
        BROKEN,
        CANT_PARSE,
        DROPS,
        refuse(500, "Internal Server Error"),
        Answer(502, b""),
        Answer(200, b"not json"),
        Answer(200, []),
        Answer(200, {"ok": False}),
        Answer(302, b"", headers={"Location": "http://127.0.0.1:1/"}),
        refuse(401, "Unauthorized"),
    ],
)
def test_other_failures_are_tried_again(telegram: TelegramDouble, channel: TelegramSender, answer: Answer) -> None:
    telegram.then(answer)
    error = refused(channel)
    assert not error.permanent and error.said
    assert channel.say("1", "снова") == "1"


def test_a_group_that_moved_says_where_to(telegram: TelegramDouble, channel: TelegramSender) -> None:
    telegram.then(MOVED)
    error = refused(channel)
    assert error.new_target == "-1001234567890"
    assert not error.permanent


def test_a_hanging_server_is_left(
    telegram: TelegramDouble, channel: TelegramSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_room, "TIMEOUT_SECONDS", 0.3)
    telegram.then(HANGS)
    assert "did not answer" in refused(channel).said


def test_a_server_that_is_not_there_is_a_delivery_error() -> None:
    with TelegramDouble() as gone:
        channel = TelegramSender(TOKEN, gone.url)
    assert not refused(channel).permanent


def test_the_token_is_nowhere_to_be_seen(
    telegram: TelegramDouble, channel: TelegramSender, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.then(refuse(400, f"Bad Request: wrong /bot{TOKEN}/sendMessage"), DROPS)
    with caplog.at_level(logging.DEBUG):
        errors = [refused(channel), refused(channel)]
        with TelegramDouble() as gone:
            unreachable = TelegramSender(TOKEN, gone.url)
        errors.append(refused(unreachable))
        channel.say("1", "текст")
    shown = "".join("".join(traceback.format_exception(error)) + error.said for error in errors)
    assert "sendMessage" in caplog.text  # urllib3 did log the calls
    for text in (shown, caplog.text, repr(channel), str(vars(errors[0]))):
        assert TOKEN not in text and "scripted-token" not in text
