"""Suggestions: questions that the shelf answers, for the page's welcome."""

from index.pipeline.library import Library
from rag.analysis.suggestions import suggest_questions


class Suggestions:
    """The suggested questions of one library, kept up to date by the thread that indexes."""

    def __init__(self, library: Library) -> None:
        """Start with none."""
        self.questions: tuple[str, ...] = ()
        self._library = library
        self._generation = ""

    def update(self, generation: str) -> None:
        """Choose questions again if the shelf's generation has changed."""
        if generation != self._generation:
            self.questions, self._generation = suggest_questions(self._library), generation
