"""Models: what is computed with the weights of an installed package."""
