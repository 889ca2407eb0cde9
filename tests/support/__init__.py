"""Servers, files and articles that several tests need."""
