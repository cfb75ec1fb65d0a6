"""Rows for the outside world: written in the caller's transaction, claimed with a lease, sent, tried again."""
