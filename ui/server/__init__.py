"""What runs behind the page: indexer, alerts, response headers."""
