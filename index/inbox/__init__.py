"""Inbox: the seeds folder. Add uploads, files and web pages to it, remove them, and watch it for changes."""
