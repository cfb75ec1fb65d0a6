"""Figures, the ledger of what came in against what was done about it, the first steps of a new company.

Verbs: `figures.over`, `count_opening`; `ledger.over`; `onboarding.state`, `dismiss`; `periods.latest`.
"""
