"""Models: the computation graph of the built-in embedding model, and the script that makes it."""
