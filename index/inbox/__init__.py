"""The seeds folder: its files, added articles, fetched addresses."""
