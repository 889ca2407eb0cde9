"""Tests: each name is a sentence that states the behaviour."""
