"""The online half: a question becomes hits, passages and an answer whose every statement has its quotes."""

import logging

# Programs that set up no logging see nothing; without this, Python would print warnings to stderr.
logging.getLogger(__name__).addHandler(logging.NullHandler())
