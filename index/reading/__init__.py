"""Reading: make articles from the bytes of files."""
