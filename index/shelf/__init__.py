"""What is stored and visible now."""
