"""Compare how well Dateline and other systems find passages, on the same files and questions."""
