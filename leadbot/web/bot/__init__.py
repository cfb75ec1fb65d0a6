"""Pages of the bot: its settings, the test chat, rehearsal, the widget."""
