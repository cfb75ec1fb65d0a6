"""For whoever runs a copy: serving, health, metrics, doctor, backup, demo data."""
