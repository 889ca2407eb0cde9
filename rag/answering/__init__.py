"""From a question to an answer: quotes, and prose with a model."""
