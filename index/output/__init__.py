"""Articles, feeds and the state of the shelf as JSON, for the command line and the servers."""
