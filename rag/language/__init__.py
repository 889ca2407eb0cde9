"""What words mean. Knows no article."""
