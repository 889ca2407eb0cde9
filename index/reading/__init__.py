"""Files become articles; parsers run in a sandbox."""
