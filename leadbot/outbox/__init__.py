"""Rows for the outside world: written in the caller's transaction, claimed with a lease, sent, tried again.

Verbs: `deliveries.put`, `due`, `deliver`, `retry`, `of_lead`; a `crew.Crew` is the threads that carry rows of one name.
It knows no carrier.
"""
