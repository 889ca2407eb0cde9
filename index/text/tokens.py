"""Tokens: count the tokens of a text without a network.

tiktoken downloads its table on first use. Ours ships with the code (`index/vocabularies/README.md`) and is passed to
tiktoken through its cache folder.
"""

import gzip
import os
import tempfile
import threading
from functools import cache
from pathlib import Path

import tiktoken

from index.core.errors import NoScratchSpace

ENCODING = "o200k_base"

# tiktoken's name for the table in its cache: the SHA-1 of the address it would fetch.
_CACHED_AS = "fb374d419588a4632f3f557e76b4b70aebbca790"
_TABLE = Path(__file__).parents[1] / "vocabularies" / "o200k_base.tiktoken.gz"
_loading = threading.Lock()


def count_tokens(text: str) -> int:
    """Count the tokens of `text` in `o200k_base`, the encoding of OpenAI's current models.

    Counts for other models differ by a few per cent, so leave a margin. The first call raises NoScratchSpace if the
    table cannot be unpacked.

    >>> count_tokens("liaison officers")
    3
    """
    with _loading:
        encoding = _encoding()
    # An article may quote "<|endoftext|>", which is plain text here.
    return len(encoding.encode(text, disallowed_special=()))


@cache
def _encoding() -> tiktoken.Encoding:
    try:
        return _unpacked()
    except OSError as error:
        folder = tempfile.gettempdir()
        raise NoScratchSpace(
            f"The token table cannot be unpacked in {folder} ({error.strerror}). Expected room for 4 MB. "
            "Free some space, or choose another folder with TMPDIR."
        ) from error


def _unpacked() -> tiktoken.Encoding:
    named = os.environ.get("TIKTOKEN_CACHE_DIR")
    with tempfile.TemporaryDirectory(prefix="dateline-") as folder:
        (Path(folder) / _CACHED_AS).write_bytes(gzip.decompress(_TABLE.read_bytes()))
        os.environ["TIKTOKEN_CACHE_DIR"] = folder
        try:
            return tiktoken.get_encoding(ENCODING)  # checks the table's SHA-256
        finally:
            if named is None:
                del os.environ["TIKTOKEN_CACHE_DIR"]
            else:
                os.environ["TIKTOKEN_CACHE_DIR"] = named
