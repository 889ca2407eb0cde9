"""Fuzz the code that reads untrusted text: it must raise no unexpected errors.

    python -m bench.fuzz --minutes 3

It generates files, fields, model answers and questions with hypothesis, and damages real files, until the time is up.
Each file must become an article or be rejected with a reason. Each answer must be split into statements, and each
question searched without an error. It prints how many of each were tried, and the smallest example of each failure. The
examples differ between runs.
"""

import argparse
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.core.errors import UnreadableArticle
from index.reading.readers import KINDS, read_article, read_articles
from index.shelf.shelf import Shelf
from index.text.chunks import chunk_article
from index.text.terms import terms
from rag.answering.generative import read_answer
from rag.answering.markers import read_numbers, take_markers
from rag.language.date_phrases import read_days
from tests.support.formats import HTML, make_docx, make_mail, make_pdf

MOST_BYTES = 1_000_000
_AT_ONCE = 200  # examples between two checks of the time
_REAL = {
    ".html": HTML.encode(),
    ".pdf": make_pdf([["The ferry sank."], ["Nobody drowned."]]),
    ".docx": make_docx(),
    ".eml": make_mail(),
}
_FIELDS = st.sampled_from(["text", "title", "body", "date", "author", "source", "url", "articles", "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_FIELDS | st.text(), inner, max_size=5),
)
_YAML = st.text(st.sampled_from("abtitle:date -[]{}&*!|>?%@`'\"\\U0#,\n\t~é") | st.characters(), max_size=200)


def try_file(path: str, content: bytes) -> None:
    """Read a file and cut its articles into chunks; a rejection is valid too."""
    try:
        for read in read_articles(path, io.BytesIO(content), max_bytes=MOST_BYTES):
            if read.article is not None:
                chunks = chunk_article(read.article, max_tokens=200)
                assert "".join(read.article.body.cut(read.article.text).split()) == "".join(
                    "".join(sentence.cut(read.article.text).split()) for chunk in chunks for sentence in chunk.sentences
                )
            else:
                assert read.reason.startswith(path)
    except UnreadableArticle as error:
        assert str(error).startswith(path)  # noqa: PT017 (a rejection names the file)


@given(st.sampled_from([kind for kind in KINDS if kind not in _REAL]), st.binary(max_size=2000))
def bytes_of_any_kind(kind: str, content: bytes) -> None:
    """Read bytes as a file of text."""
    try_file(f"a{kind}", content)


@given(
    st.text(max_size=2000), st.sampled_from([".txt", ".md"]), st.sampled_from(["utf-8", "utf-16", "cp1252", "gb18030"])
)
def texts_in_any_encoding(text: str, kind: str, encoding: str) -> None:
    """Read a text in an encoding that it may not fit into."""
    try_file(f"a{kind}", text.encode(encoding, errors="replace"))


@given(_YAML, st.text(max_size=50))
def front_matter(front: str, body: str) -> None:
    """Read text between two lines of ---."""
    try_file("a.md", f"---\n{front}\n---\n{body}".encode(errors="replace"))


@given(_JSON, st.sampled_from([".json", ".jsonl"]))
def records(value: object, kind: str) -> None:
    """Read JSON of any shape."""
    try_file(f"a{kind}", json.dumps(value).encode())


@given(st.sampled_from(sorted(_REAL)), st.integers(0), st.integers(0, 400), st.binary(max_size=60))
def torn_files(kind: str, start: int, length: int, put_in: bytes) -> None:
    """Read a real file with a piece of it replaced."""
    content = _REAL[kind]
    start %= len(content)
    try_file(f"a{kind}", content[:start] + put_in + content[start + length :])


@given(st.text(max_size=500) | st.builds(json.dumps, _JSON), st.booleans())
def model_answers(raw: str, whole: bool) -> None:
    """Read what a model wrote, finished or not."""
    read_answer(raw, (), whole=whole)
    take_markers(raw)
    list(read_numbers(raw))


def questions(shelf: Shelf) -> Callable[[], None]:
    """Return a function that tries questions on a shelf."""

    @given(st.text(max_size=300))
    def ask(question: str) -> None:
        read_days(question, as_of=date(2026, 2, 15))
        with shelf.read() as reading:
            reading.keyword_ranking(terms(question), 10)
            reading.listings(10, titled=question)

    return ask


def main() -> None:
    """Try until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--only", action="append", metavar="NAME", help="one of the names that are printed; repeatable")
    said = parser.parse_args()
    ends = time.monotonic() + said.minutes * 60
    relaxed = settings(max_examples=_AT_ONCE, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        article = read_article("a.txt", b"The ferry sank in March. Nobody drowned.")
        with shelf.write() as writing:
            writing.put_file("a.txt", b"hash", [(article, chunk_article(article, max_tokens=200))])
        tries = {
            "bytes of any kind": bytes_of_any_kind, "texts in any encoding": texts_in_any_encoding,
            "front matter": front_matter, "records": records, "torn files": torn_files,
            "model answers": model_answers, "questions": questions(shelf),
        }  # fmt: skip
        if unknown := set(said.only or ()) - tries.keys():
            parser.error(f"--only {', '.join(sorted(unknown))}: expected {', '.join(tries)}")
        tries = {name: relaxed(attempt) for name, attempt in tries.items() if name in (said.only or tries)}
        tried, failed = dict.fromkeys(tries, 0), dict[str, str]()
        while time.monotonic() < ends and len(failed) < len(tries):
            for name, attempt in tries.items():
                if name in failed or time.monotonic() >= ends:
                    continue
                try:
                    attempt()
                except Exception as error:  # noqa: BLE001 (any error is a finding)
                    notes = " ".join(getattr(error, "__notes__", []))
                    failed[name] = f"{type(error).__name__}: {error} {notes}"
                tried[name] += _AT_ONCE
    for name, count in tried.items():
        print(f"{name:24} {count:8,} {'FAILED' if name in failed else 'ok'}")
    for name, what in failed.items():
        print(f"\n{name}\n{what[:2000]}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
