"""Words: languages, formats, catalogues for people who read, phrases for the bot, and what each trade asks.

Verbs: `phrases.say`, `join`; `catalogues.language`; `formats.phone`, `day`; `names.label`, `value`; `trades.setup_of`,
`load`; `text_input.line`, `message`; `folding.fold`.
"""
