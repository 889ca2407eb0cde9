"""Embedding models, and vectors in Chroma."""
