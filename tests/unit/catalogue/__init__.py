"""Tests of `rag.catalogue`."""
