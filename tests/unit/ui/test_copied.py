"""What is copied of a quote."""

from index.text.articles import Article
from index.text.spans import Span
from rag.evidence.citations import Citation
from ui.chat.changes import copied

TEXT = "The aid  will come:\n- from the U.S.\n- from Norway"


def test_the_copied_quote_is_the_articles_own_characters() -> None:
    article = Article("1", "a.txt", "Aid from the U.S.", TEXT, Span(0, len(TEXT)), None, None, None, None, None)
    assert copied(Citation(article, Span(0, len(TEXT))))["cite"] == f"“{TEXT}” (Aid from the U.S.)"
