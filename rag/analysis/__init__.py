"""Across articles: disagreements, changes, timelines, draft checks."""
