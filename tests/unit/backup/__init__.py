"""Tests of `index.backup`."""
