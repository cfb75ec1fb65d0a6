"""Pages of figures, ledger and first steps."""
