"""Questions the shelf can answer."""
