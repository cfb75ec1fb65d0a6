"""The ground: sessions, SQLite, the net around each company's rows, the step to another revision."""
