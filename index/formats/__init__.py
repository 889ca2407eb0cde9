"""Formats: extract the text of files in untrusted formats, in a sandbox."""
