"""Shelf: the SQLite store of articles, chunks, keywords and vectors, its queries, updates and integrity check."""
