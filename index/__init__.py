"""The offline half: files become articles, chunks, vectors and keywords.

Nothing here knows what a question is.
"""

import os

# onnxruntime looks up a telemetry host as soon as it is imported, by us or by Chroma.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
