"""Shelf, draft and alert pages."""
