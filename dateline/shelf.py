"""A shelf to index, search and ask from Python.

What `dateline` exports is taken from here, so four names are imported for that only, "as" themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from index.core.errors import DatelineError as DatelineError
from index.core.scope import WHOLE, Scope
from index.core.settings import load_settings
from index.pipeline.events import Done
from index.pipeline.library import build_library
from index.pipeline.sync import WAIT_SECONDS, sync_shelf
from index.shelf.queries import Listing
from index.text.articles import Article
from rag.answering.models import Answer
from rag.answering.models import Level as Level
from rag.answering.pipeline import answer_question, find_passages
from rag.answering.query import make_query
from rag.evidence.citations import Citation as Citation
from rag.evidence.citations import Statement as Statement
from rag.llm.client import choose_chat
from rag.retrieval.passages import Passage
from rag.retrieval.search import Hit


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages that match a question, best first."""

    hits: tuple[tuple[Hit, Passage], ...]
    problem: str  # why nothing was found by meaning; "" if nothing is wrong


class Shelf:
    """A folder of news articles, and the index that is built from it.

    Settings come from the environment and `.env`, as for the command line. Several threads may use one shelf.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     seeds = Path(folder, "seeds")
    ...     seeds.mkdir()
    ...     _ = Path(seeds, "river.txt").write_text("The River Lind fell to 4.1 metres on Monday.")
    ...     with Shelf(seeds=seeds, store=Path(folder, "store")) as shelf:
    ...         articles = shelf.index().articles
    ...         answer = shelf.ask("How low did the River Lind fall?", quotes=True)
    >>> articles, [citation.quote for citation in answer.quotes]
    (1, ['The River Lind fell to 4.1 metres on Monday.'])
    >>> citation = answer.quotes[0]
    >>> citation.article.text[citation.span.start : citation.span.end] == citation.quote
    True
    """

    def __init__(self, *, seeds: str | Path | None = None, store: str | Path | None = None) -> None:
        """Open the shelf; nothing is indexed yet.

        Args:
            seeds: Folder of the articles. Default: DATELINE_SEEDS, or `seeds`.
            store: Folder of the index, made if it does not exist. Default: DATELINE_STORE, or `.dateline`.

        Raises:
            DatelineError: A setting is wrong, or the store cannot be used.
        """
        folders = {
            name: Path(folder) for name, folder in {"seeds": seeds, "store": store}.items() if folder is not None
        }
        self._library = build_library(load_settings(**folders))

    def __enter__(self) -> Self:
        """Return the shelf, which is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the shelf."""
        self.close()

    def close(self) -> None:
        """Let other processes write to Chroma. The shelf may be used again."""
        self._library.index.release()

    def index(self) -> Done:
        """Read new and changed files of the seeds folder, and remove articles whose files are gone.

        Waits if another process is indexing. Unreadable files are skipped, and counted in the result.

        Raises:
            DatelineError: The seeds folder is missing, or the store cannot be written to.
        """
        *_, done = sync_shelf(self._library, wait_seconds=WAIT_SECONDS)
        if not isinstance(done, Done):
            raise TypeError(f"Indexing ended with {done!r}. Expected its sum.")
        return done

    def ask(
        self,
        question: str,
        *,
        scope: Scope = WHOLE,
        before: Sequence[Answer] = (),
        model: str | None = None,
        quotes: bool = False,
    ) -> Answer:
        """Answer a question from the articles in the scope.

        Args:
            question: Up to 2,000 characters.
            scope: Which articles count, by days and outlets.
            before: Earlier answers, if the question follows them up.
            model: Name of the language model. Default: the first of DATELINE_CHAT_MODEL, if it is set.
            quotes: Answer with quotes only, whatever models are set.

        Raises:
            DatelineError: The question is empty or too long, or the shelf cannot be read.
        """
        chat = None if quotes else choose_chat(self._library.settings, model)
        query = make_query(question, scope=scope, before=before)
        return answer_question(query, library=self._library, chat=chat)

    def search(self, question: str, *, k: int = 10, scope: Scope = WHOLE) -> SearchResult:
        """Find the `k` passages that match a question best. Raises DatelineError, as `ask` does."""
        hits, problem = find_passages(question, library=self._library, k=k, scope=scope)
        return SearchResult(tuple(hits), problem)

    def articles(self, *, scope: Scope = WHOLE) -> list[Listing]:
        """List the articles in the scope, newest first."""
        with self._library.shelf.read(checked=True) as reading:
            return reading.listings(scope=scope)

    def article(self, path: str) -> Article:
        """Return an article by the path that `articles` lists. Raises DatelineError if it is not on the shelf."""
        with self._library.shelf.read(checked=True) as reading:
            return reading.article(path)
