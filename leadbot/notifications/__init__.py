"""What people are told, where and when: from what happened (`hear`) over a notice to a row for each target (`tell`).

Each way to reach people is a folder of `carriers`. Nobody below imports this package: it hears.
"""
