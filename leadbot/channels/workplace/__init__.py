"""Managers at work in Telegram: connecting a chat, who is who there, buttons and replies under notices.

Verbs: `connecting.make_code`, `make_person_code`, `take`, `pass_over`; `members.find`, `disconnect`; `work.press`,
`reply`.
"""
