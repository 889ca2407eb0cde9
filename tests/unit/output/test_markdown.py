"""Markdown: an exported chat reads as on the page."""

import re
from dataclasses import replace

import pytest

from rag.answering.models import Prose, Standalone
from rag.evidence.citations import Doubt, Statement
from rag.output.markdown import chat_markdown
from tests.conftest import FENTANYL, OTTAWA, Newsroom
from tests.support.levels import at_level


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


@pytest.mark.slow
def test_a_chat_is_written_with_its_quotes_and_their_places(archive: Newsroom) -> None:
    answered = at_level(archive.ask(FENTANYL), "answers", 2)
    unsure = replace(at_level(answered, "may_answer"), question=OTTAWA, standalone=Standalone(OTTAWA, ""))
    nothing = replace(at_level(answered, "nothing"), question="Why?", standalone=Standalone("Why?", ""))
    text = chat_markdown("Drugs", [answered, unsure, nothing])
    assert text.startswith(f"# Drugs\n\n## {FENTANYL}\n\n> \\[1\\] ")
    plain = unescaped(text)
    for quote in answered.quotes:
        assert quote.quote in plain
        assert f"{quote.article.path}, characters {quote.span.start} to {quote.span.end}" in plain
        assert plain.count(quote.quote) == 2
    assert f"## {OTTAWA}\n\nClosest on the shelf; these may answer:\n\n> [1] " in plain
    assert "## Why?\n\nNothing found on the shelf.\n\nSearched 7 articles" in plain


def test_prose_is_written_with_its_numbers_and_doubts(archive: Newsroom) -> None:
    answer = at_level(archive.ask(FENTANYL), "answers", 2)
    statements = (
        Statement("They *agreed*.", (answer.quotes[0],), "supported"),
        Statement("On Monday.", (answer.quotes[0],), "contradicted", Doubt("dates", "No quote has Monday.")),
    )
    prose = Prose("m", "whole", statements, refused=False, problem="", usage=None, seconds=1.0)
    text = chat_markdown("x", [replace(answer, prose=prose)])
    assert "They \\*agreed\\*\\. \\[1\\] On Monday\\. \\[1\\] *(contradicted\\: No quote has Monday\\.)*" in text
    assert "Found without the model:" in text


def test_text_of_an_article_is_not_markup(newsroom: Newsroom) -> None:
    hostile = "The minister said ![p](http://127.0.0.1/x) <img src=http://127.0.0.1/y> cost $5 ~~and~~ `6`."
    newsroom.write("a.txt", f"CAIRO, March 3, 2026 - {hostile}\n")
    newsroom.indexed()
    answer = newsroom.ask("What did the minister say about cost?")
    text = chat_markdown("<script>", [answer])
    assert all(quote.quote in unescaped(text) for quote in answer.quotes)
    assert "y> cost $5 ~~and~~ `6`" in unescaped(text)
    assert "![" not in text.replace("\\!\\[", "")
    assert "<img" not in text.replace("\\<img", "")
    assert "<script" not in text.replace("\\<script", "")
