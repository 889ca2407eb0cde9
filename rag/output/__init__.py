"""Answers as text, JSON, Markdown, Word, CSV and BibTeX."""
