"""The carriers: a folder each, all of one shape. How to add one: docs/add-a-carrier.md."""

from leadbot.notifications.carriers import email, push, telegram

CARRIERS = (telegram.CARRIER, email.CARRIER, push.CARRIER)
