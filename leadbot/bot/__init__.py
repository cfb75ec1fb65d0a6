"""A company's bot: its settings in draft and published, rehearsal, which engine answers and what it may cost."""
