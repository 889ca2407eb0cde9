"""Access: who may use the API, how often, and how a request is refused."""
