"""Scoring the embedded engine against written dialogues."""
