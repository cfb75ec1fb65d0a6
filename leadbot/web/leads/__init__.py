"""Pages of leads: the board, the table, a lead and what can be done with it."""
