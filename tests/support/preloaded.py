"""What the fork server imports and reads before the first command: everything that commands need when they start.

The page's own modules are not here: Streamlit makes their caches when they are imported by a running page.
"""

from importlib import import_module

from index.text.tokens import count_tokens
from rag.language.instructions import read_instructions

for _name in (
    *("pytest", "onnxruntime", "tokenizers", "openai", "chromadb.api.rust", "index.vectors.chroma_client"),
    *("streamlit.web.cli", "streamlit.web.bootstrap", "uvicorn", "uvloop", "websockets.server", "pandas"),
    *("pyarrow.compute", "altair", "ui.cli", "tests.support.loopback"),
):
    import_module(_name)
count_tokens("Unpacking the encoding takes most of a second.")
read_instructions("Compiling the phrases takes a tenth.")
