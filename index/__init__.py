"""Indexing: turn files into articles, chunks, vectors and keywords, and store them for search.

Nothing here depends on how questions are answered; that is `rag`, which imports this package.
"""

import logging
import os

# onnxruntime contacts a telemetry host when it is imported, by us or by Chroma.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# Programs that set up no logging see nothing; without this, Python would print warnings to stderr.
logging.getLogger(__name__).addHandler(logging.NullHandler())
