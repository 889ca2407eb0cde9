"""The online half: a question becomes hits, passages and an answer whose every statement has its quotes."""
