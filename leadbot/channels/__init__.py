"""Messengers, door and carrier in one; each a folder of the same shape. How to add one: docs/add-a-channel.md.

`workplace` is the installation's own Telegram bot, where managers work: `connecting.take` takes one update.
"""
