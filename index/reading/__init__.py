"""Reading: make articles from the bytes of files. Untrusted formats are parsed in a sandbox."""
