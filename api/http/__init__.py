"""The HTTP API: its routes, its server-sent events, and chat completions as OpenAI has them."""
