"""What managers hear of: events become rows of the outbox, and carriers send them."""
