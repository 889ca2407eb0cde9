"""Retrieval and answer quality, measured."""
