"""Settings, errors and formatting. Imports nothing else of ours."""
