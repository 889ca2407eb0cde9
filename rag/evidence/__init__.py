"""Citations, permalinks, attribution and the dates of events."""
