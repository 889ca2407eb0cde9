"""How a language model is called. Knows no article."""
