"""Vectors: embedding models, and the index of their vectors in Chroma or on a Chroma server."""
