"""Figures, the ledger of what came in against what was done about it, the first steps of a new company.

Verbs: `figures.of`, `count_opening`; `ledger.of`; `onboarding.state`, `dismiss`; `periods.latest`.
"""
