"""Hybrid search and the passages read for an answer."""
