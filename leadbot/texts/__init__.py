"""Words: languages, formats, catalogues for people who read, phrases for the bot, and what each trade asks."""
