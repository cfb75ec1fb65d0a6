"""Talks: a client's message comes in, an answer goes out; the inbox and all that managers do there.

Verbs: `chat.receive`, `greeting`, `lines`; `hand_off.take_over`, `write`, `give_back`; `inbox.listed`;
`widget.call_manager`; `notes.add`; `canned.add`; `idle.nudge_due`, `finish_due`, `return_due`; `evidence.of_lead`.
"""
