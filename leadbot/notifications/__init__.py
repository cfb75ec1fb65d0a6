"""What people are told, where and when: from what happened (`hear`) over a notice to a row for each target (`tell`).

Verbs: `tell.tell`, `test`; `choices.choices_of`, `change`; `attention.look`; `morning_summary.send_due`. `hear` and
`letters` hold what hears events. Each way to reach people is a folder of `carriers`. Nobody below imports this package.
"""
