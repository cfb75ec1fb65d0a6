"""Leads: registered from talks or by hand, moved over the board, edited, merged, worked on.

Verbs: `registration.register`; `manual_entry.add`; `records.get`, `add_note`; `moving.move`, `assign`; `taking.take`;
`editing.edit`; `merging.merge`; `tasks.add`; `board.shown`; `board_table.page`; `listing.pages`; `search.matches`.
"""
