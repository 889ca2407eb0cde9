"""Turns of a chat and what is below an answer."""
