"""Delivery: what alerts have found reaches a webhook or a mailbox."""
