"""Tests: each name is the sentence, each body the proof."""
