"""For whoever runs a copy: health, metrics, doctor, backup, the operator's console, demo data.

Verbs: `doctor.examine`; `backup.write`, `restore`; `health.is_database_up`; `metrics.read`; `demo.make`;
`private_files.keep`; `resealing.reseal`; `published_score.publish`; `trial_talk.hold`.
"""
