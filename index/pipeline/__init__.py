"""The story of a file becoming searchable."""
