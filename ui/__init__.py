"""The web page, and how it is served."""

import logging

# Programs that set up no logging see nothing; without this, Python would print warnings to stderr.
logging.getLogger(__name__).addHandler(logging.NullHandler())
