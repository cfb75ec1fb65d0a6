"""A company's bot: settings drafted and published, own questions, rehearsal, which engine answers, what it may cost.

Verbs: `company_settings.card`, `fields`, `change`; `publishing.draft`, `save_draft`, `publish`, `restore`;
`rehearsal.run`; `engine_choice.take`; `budget.reserve`, `settle`; `model_health.try_out`; `own_questions.check`.
"""
