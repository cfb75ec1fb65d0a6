"""What to say next, from what was heard and what is known."""
