"""The languages that Leadbot speaks."""

LANGUAGES = ("ru", "kk", "en")
