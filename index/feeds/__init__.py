"""Feeds: the feeds that a shelf follows, and polling them for new articles."""
