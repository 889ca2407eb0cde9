"""Checks of a statement against its quotes."""
