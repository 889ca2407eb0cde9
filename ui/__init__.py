"""The web page, and how it is served."""
