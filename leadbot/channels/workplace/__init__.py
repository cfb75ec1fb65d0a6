"""Managers at work in Telegram: connecting a chat, who is who there, buttons and replies under notices."""
