"""What is sent: a title, a line and where a tap leads to.

It is read on lock screens: a first name and what it is about, no phone, no client's words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from leadbot.errors import DeliveryError
from leadbot.models import Delivery
from leadbot.notifications import briefs
from leadbot.notifications.carriers.push import target
from leadbot.notifications.notice import Notice

# A push service takes 4,096 bytes, encrypted; and no lock screen shows more.
TITLE_MOST, BODY_MOST, LISTED_MOST, MESSAGE_BYTES = 120, 300, 6, 3000


def write(notice: Notice, language: str) -> str:
    """The message of a single notice."""
    title, body = notice.brief(language)
    payload = {
        "title": title[:TITLE_MOST],
        "body": body[:BODY_MOST],
        "url": notice.path,
        "tag": notice.key.split(":")[0],
    }
    if notice.lead_id or notice.talk_id:
        payload["tag"] += f"-{notice.lead_id or notice.talk_id}"
    return json.dumps({**payload, "lang": language}, ensure_ascii=False)


def payload(rows: Sequence[Delivery]) -> str | None:
    """The browser's address and keys, and the message for it. Raises DeliveryError where the browser is gone."""
    browser = target.get(rows[0].target)
    if browser is None:
        raise DeliveryError("This browser takes no notices any more", permanent=True)
    notices = [json.loads(row.text) for row in sorted(rows, key=lambda row: row.id)]
    message = notices[0] if len(notices) == 1 else _listed(notices, rows[0].together or "")
    where = {"endpoint": browser.endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}}
    return json.dumps({"to": where, "message": message}, ensure_ascii=False)


def _listed(notices: list[dict[str, str]], together: str) -> dict[str, str]:
    """Several notices as one."""
    language = notices[0]["lang"]
    lines = [f"{each['title']}: {each['body']}" if each["body"] else each["title"] for each in notices]
    body = "\n".join([*lines[:LISTED_MOST], *(["…"] if len(lines) > LISTED_MOST else [])])
    while len(body.encode()) > MESSAGE_BYTES - 500:
        body = body[:-50] + "…"
    return {
        "title": briefs.many(together, len(notices), language),
        "body": body,
        "url": "/board",
        "tag": together,
        "lang": language,
    }
