"""What the reader sees: the page and how it is served."""
