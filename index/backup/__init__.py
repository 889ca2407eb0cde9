"""Backup: the seeds folder and the databases of a store in one file, and back."""
