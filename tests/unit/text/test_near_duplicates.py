"""Copies: one report in several outlets is recognised as one."""

import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.core.scope import Scope
from index.text.near_duplicates import are_copies, prints, shingles
from index.text.sentences import split_sentences
from index.text.spans import Span
from rag.answering.pipeline import find_passages
from rag.output.answer_json import answer_json
from rag.output.answer_text import answer_text
from rag.retrieval.passages import gather_passages
from rag.retrieval.search import search
from tests.conftest import FENTANYL, SEED, Newsroom
from tests.support.reprints import body, reprint

WORDS = Path(SEED).read_text(encoding="utf-8").split()
SHORT_WORDS = st.lists(st.sampled_from("the bridge closed in Quarrow on Monday and again".split()), max_size=80)


def edited(text: str, *, every: int) -> str:
    """Change one word in every so many, as an editor does."""
    words = text.split(" ")
    words[every // 2 :: every] = ["reportedly" for _ in words[every // 2 :: every]]
    return " ".join(words)


@given(SHORT_WORDS, SHORT_WORDS)
def test_being_copies_is_mutual(one: list[str], other: list[str]) -> None:
    these, those = shingles(" ".join(one)), shingles(" ".join(other))
    assert are_copies(these, those) == are_copies(those, these)


@given(st.text(max_size=400))
def test_any_text_is_a_copy_of_itself_or_too_short_to_say(text: str) -> None:
    if prints(text):
        assert are_copies(shingles(text), shingles(text))
    else:
        assert not are_copies(shingles(text), shingles(text))
    assert prints(text) == prints(text)


def test_a_shortened_and_edited_copy_is_a_copy_and_another_story_is_not() -> None:
    whole = body()
    sentences = split_sentences(whole, Span(0, len(whole)))
    cut = whole[: sentences[len(sentences) * 2 // 3].end]
    assert are_copies(shingles(whole), shingles(cut))
    assert are_copies(shingles(whole), shingles(edited(whole, every=60)))
    assert not are_copies(shingles(whole), shingles(edited(whole, every=10)))
    mixed = WORDS.copy()
    random.Random(1).shuffle(mixed)
    assert not are_copies(shingles(whole), shingles(" ".join(mixed)))


def test_a_paragraph_is_not_a_copy_of_a_round_up_that_has_it() -> None:
    paragraph = " ".join(WORDS[:60])
    round_up = f"{paragraph} " + " ".join(f"word{number}" for number in range(200))
    assert not are_copies(shingles(paragraph), shingles(round_up))


def test_short_notices_are_not_copies() -> None:
    line = "Markets in Quarrow are closed today. Prices return on Monday."
    assert prints(line) == set()


def test_scripts_without_spaces_have_shingles_too() -> None:
    text = (
        "外务省发言人星期四表示双方同意设立联络官以便分享情报并打击跨境犯罪网络"
        "这项安排将在今年内生效并由两国安全机构共同管理"
    )
    assert are_copies(shingles(text), shingles(text.replace("星期四", "周四")))


@pytest.fixture
def syndicated(newsroom: Newsroom) -> Newsroom:
    newsroom.write("agency.md", reprint("The Agency", "2026-02-12", body()))
    newsroom.write("lamp.md", reprint("The Lamp", "2026-02-13", edited(body(), every=80), "Officers on the way"))
    newsroom.write("beacon.md", reprint("The Beacon", "2026-02-14", f"{body()}\n\nWith reports from our staff."))
    newsroom.write("other.md", reprint("The Lamp", "2026-02-13", "The mayor opened the new bridge. " * 12, "A bridge"))
    newsroom.indexed()
    return newsroom


def copies_of(newsroom: Newsroom, path: str, scope: Scope = Scope()) -> list[str]:  # noqa: B008 (frozen)
    with newsroom.library.shelf.read() as reading:
        return [listing.path for listing in reading.copies(reading.article(path), scope=scope)]


def test_copies_are_linked_oldest_first_and_within_the_scope(syndicated: Newsroom) -> None:
    assert copies_of(syndicated, "beacon.md") == ["agency.md", "lamp.md"]
    assert copies_of(syndicated, "agency.md") == ["lamp.md", "beacon.md"]
    assert copies_of(syndicated, "agency.md", Scope(until=date(2026, 2, 13))) == ["lamp.md"]
    assert copies_of(syndicated, "other.md") == []


def test_a_copy_that_is_removed_or_rewritten_is_no_longer_linked(syndicated: Newsroom) -> None:
    (syndicated.seeds / "beacon.md").unlink()
    syndicated.write("lamp.md", reprint("The Lamp", "2026-02-13", "The ferry sailed at noon with forty aboard. " * 9))
    syndicated.indexed()
    assert copies_of(syndicated, "agency.md") == []
    with syndicated.library.shelf.read() as reading:
        known = {row[0] for row in reading._connection.execute("SELECT DISTINCT article_id FROM prints")}
        assert known <= {listing.id for listing in reading.listings()}, "nothing is left of the removed article"


@pytest.mark.slow
def test_a_shelf_without_fingerprints_gets_them(syndicated: Newsroom) -> None:
    with syndicated.library.shelf.write() as writing:
        writing._connection.execute("DELETE FROM prints")
        writing.set_record("copies", "")
    assert copies_of(syndicated, "agency.md") == []
    assert syndicated.indexed().embedded == 0
    assert copies_of(syndicated, "agency.md") == ["lamp.md", "beacon.md"]


@pytest.mark.slow
def test_copies_do_not_displace_other_articles(newsroom: Newsroom) -> None:
    for number in range(12):
        newsroom.write(f"copy-{number:02}.md", reprint(f"Paper {number}", "2026-02-12", body()))
    newsroom.write(
        "alone.md",
        reprint("The Lamp", "2026-02-15", "Customs officers found fentanyl precursors in two containers.", "A find"),
    )
    newsroom.indexed()
    library = newsroom.library
    found, _ = find_passages(FENTANYL, library=library, k=13)
    assert len({passage.article.path for _, passage in found}) > 8, "so many copies does plain search find"
    answer = newsroom.ask(FENTANYL)
    assert len({passage.article.path for passage in answer.passages if passage.article.path.startswith("copy")}) == 1
    assert "alone.md" in {passage.article.path for passage in answer.passages}


def test_only_the_additions_of_a_copy_are_read(newsroom: Newsroom) -> None:
    more = "Customs officers will sit in the port of Halifax. " + "They check containers for fentanyl precursors. " * 20
    newsroom.write("first.md", reprint("The Agency", "2026-02-12", body()))
    newsroom.write("second.md", reprint("The Lamp", "2026-02-12", f"{body()}\n\n{more}"))
    newsroom.indexed()
    library = newsroom.library
    with library.shelf.read() as reading:
        hits = search(FENTANYL, reading=reading, index=library.index, embedder=library.embedder, k=20).hits
        passages = gather_passages(hits, reading, most=20)
    assert "second.md" in {passage.article.path for passage in passages}
    written = [sentence for passage in passages for sentence in passage.text.split(". ")]
    written = [sentence for sentence in written if "expected to streamline" in sentence]
    assert len(written) == 1, "said once, by whichever came first"


def test_a_copy_with_another_number_is_read_too(newsroom: Newsroom) -> None:
    text = body().replace("India and Canada", "Twenty envoys of India and Canada", 1)
    assert text != body()
    newsroom.write("first.md", reprint("The Agency", "2026-02-12", text))
    newsroom.write("second.md", reprint("The Lamp", "2026-02-12", text.replace("Twenty", "Thirty")))
    newsroom.indexed()
    library = newsroom.library
    with library.shelf.read() as reading:
        hits = search("How many envoys?", reading=reading, index=library.index, embedder=library.embedder, k=20).hits
        read = " ".join(passage.text for passage in gather_passages(hits, reading, most=20))
    assert "Twenty envoys" in read
    assert "Thirty envoys" in read
    assert copies_of(newsroom, "first.md") == ["second.md"]


@pytest.mark.slow
def test_an_answer_lists_the_copies_of_what_it_quotes(syndicated: Newsroom) -> None:
    answer = syndicated.ask(FENTANYL)
    written = answer_json(answer)["copies"]
    assert isinstance(written, dict)
    for quoted in {quote.article.path for quote in answer.quotes}:
        others = {"agency.md": "The Agency", "lamp.md": "The Lamp", "beacon.md": "The Beacon"}
        del others[quoted]
        assert f"  (2 copies on the shelf: {', '.join(others.values())})\n" in answer_text(answer)
        assert [copy["path"] for copy in written[quoted]] == list(others)
