"""Permalinks: a link to a sentence finds it again after edits around it, and never another sentence."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.core.errors import UnknownArticle
from index.text.articles import Article, article_id, text_digest
from index.text.spans import Span
from rag.evidence.citations import Citation
from rag.evidence.permalinks import Place, closest_sentence, find_again, link
from rag.storage.chats import Chats, KeptTurn
from tests.conftest import FENTANYL, Newsroom

SENTENCE = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(str.strip)
# Few words, so that sentences are similar, contain each other and occur more than once.
PLAIN = st.lists(st.sampled_from(["He", "said", "no", "so.", "No."]), min_size=1, max_size=4).map(" ".join)
SENTENCES = st.lists(SENTENCE | PLAIN, min_size=1, max_size=8)
SPACES = st.sampled_from([" ", "\n", "  ", "\n\n", "\u3000"])


def article(text: str) -> Article:
    id_ = article_id("a.txt", text.encode(errors="surrogatepass"))
    return Article(id_, "a.txt", "T", text, Span(0, len(text)), None, None, None, None, None)


def joined(sentences: list[str], space: str = " ") -> tuple[Article, list[Citation]]:
    """Return an article of the sentences, and the place of each."""
    made, spans = "", []
    for sentence in sentences:
        made += space if made else ""
        spans.append(Span(len(made), len(made) + len(sentence)))
        made += sentence
    whole = article(made)
    return whole, [Citation(whole, span) for span in spans]


def line(text: str) -> str:
    return " ".join(text.split())


def is_within(text: str, place: int) -> bool:
    """Return True if a place is between two letters of one word."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def times(quote: str, text: str) -> int:
    """Count how often a quote that begins and ends with whole words is in a text, with overlaps."""
    said, among = line(quote), line(text)
    starts = (start for start in range(len(among)) if among.startswith(said, start))
    return sum(not is_within(among, start) and not is_within(among, start + len(said)) for start in starts)


@given(SENTENCES, st.data())
def test_a_place_is_read_as_written_and_leads_to_its_quote(sentences: list[str], data: st.DataObject) -> None:
    whole, citations = joined(sentences)
    citation = data.draw(st.sampled_from(citations))
    place = Place.of(citation)
    assert Place.read(str(place)) == place
    assert place.names(citation)
    found = find_again(place, whole)
    assert found is not None
    assert (found.citation, found.places) == (citation, 1)
    older = Place.read(str(replace(place, print=None)))
    assert older is not None
    assert older.names(citation)
    assert find_again(older, whole) == found


@pytest.mark.slow
@given(st.text() | st.from_regex(r"\d{1,3}-\d{1,3}\.[0-9a-f]{8}\.\d{1,2}-[0-9a-f]{30,34}", fullmatch=True))
def test_any_text_is_read_as_a_place_or_as_none(text: str) -> None:
    place = Place.read(text)
    assert place is None or Place.read(str(place)) == place


@pytest.mark.slow
@given(SENTENCES, SENTENCES, SENTENCES, SPACES, st.data())
def test_a_sentence_is_found_after_edits_elsewhere(
    sentences: list[str], before: list[str], behind: list[str], space: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(sentences) - 1))
    citation = joined(sentences)[1][at]
    kept = data.draw(st.integers(0, at)), data.draw(st.integers(at, len(sentences) - 1))
    edited = [*before, *sentences[kept[0] : at + 1], *sentences[at + 1 : kept[1] + 1], *behind]
    now, places = joined(edited, space)
    found = find_again(Place.of(citation), now)
    assert found is not None, "it is there, word for word"
    assert line(found.citation.quote) == line(citation.quote)
    if times(citation.quote, now.text) == 1:
        assert found.places == 1
        there = places[len(before) + at - kept[0]]
        assert found.citation.quote == there.quote.strip()
        assert found.citation.span.start == there.span.end - len(there.quote.lstrip())


@given(SENTENCES, SENTENCES, st.data())
def test_nothing_but_the_quote_is_ever_found(sentences: list[str], others: list[str], data: st.DataObject) -> None:
    citation = data.draw(st.sampled_from(joined(sentences)[1]))
    now, _ = joined(others)
    found = find_again(Place.of(citation), now)
    assert (found is not None) == (times(citation.quote, now.text) > 0)
    if found:
        assert line(found.citation.quote) == line(citation.quote)


@given(SENTENCES, st.data())
def test_an_older_link_marks_nothing_in_another_edition(sentences: list[str], data: st.DataObject) -> None:
    citation = data.draw(st.sampled_from(joined(sentences)[1]))
    older = replace(Place.of(citation), print=None)
    edited = article(f"New. {citation.article.text}")
    assume(edited.id[:8] != older.edition)
    assert find_again(older, edited) is None
    # A link without an edition is followed if the text is long enough.
    assert find_again(replace(older, edition=""), edited) is not None


def test_of_several_equal_sentences_the_one_with_the_same_context_is_found() -> None:
    declined = "He declined to comment."
    before = ["The mayor spoke.", declined, "The bishop spoke.", declined, "Rain fell."]
    _, citations = joined(before)
    now, places = joined(["It is Monday, and there is much to tell.", *before])
    for old, new in ((1, 2), (3, 4)):
        found = find_again(Place.of(citations[old]), now)
        assert found is not None
        assert (found.citation, found.places) == (places[new], 1)
    # Their context is gone, so the link is reported as ambiguous.
    now, places = joined(["One.", declined, "Two.", declined, "Three."])
    found = find_again(Place.of(citations[1]), now)
    assert found is not None
    assert (found.citation, found.places) == (places[1], 2)


@pytest.mark.parametrize(
    ("quote", "now"), [("Rain fell", "Rain fellows met."), ("a part", "It was apart."), ("No. 4", "No. 42 won.")]
)
def test_a_quote_is_whole_words(quote: str, now: str) -> None:
    assert find_again(Place.of(joined([quote])[1][0]), article(now)) is None


@pytest.mark.slow
def test_a_long_article_is_searched_fast_enough() -> None:
    citation = joined(["The ferry sank."])[1][0]
    long_one = article("The ferry sailed on. " * 50_000 + "The ferry sank.")
    found = find_again(Place.of(citation), long_one)
    assert found is not None
    assert found.citation.span.start == 50_000 * 21


def test_no_word_of_an_article_is_in_a_link() -> None:
    whole, citations = joined(["Fentanyl precursors were named.", "Liaison officers will be posted."])
    said = link(citations[1]).casefold()
    assert said.startswith("?article=a.txt&quote=32-64.")
    assert not any(word in said for word in "".join(whole.text.split()).casefold().split(".") if word)
    assert len(said) < 120


def test_the_closest_sentence_shares_its_words_or_there_is_none() -> None:
    now = article("Rain fell on Monday. The ferries will cost 52.1 million crowns, the council said. Nobody left.")
    closest = closest_sentence("The ferries will cost 48.5 million crowns, the council said.", now)
    assert closest is not None
    assert closest.quote == "The ferries will cost 52.1 million crowns, the council said."
    assert closest_sentence("Police recovered four bronzes.", now) is None


def test_a_renamed_file_is_found_by_its_text(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", "Title: Sunk\n\nThe ferry sank on Saturday.")
    newsroom.indexed()
    with newsroom.library.shelf.read() as reading:
        before = reading.article("a.txt")
    (newsroom.seeds / "a.txt").rename(newsroom.seeds / "b.txt")
    newsroom.indexed()
    with newsroom.library.shelf.read() as reading:
        found = reading.article_by_digest(text_digest(before.text))
        with pytest.raises(UnknownArticle):
            reading.article("a.txt")
        assert reading.article_by_digest("00000000") is None
    assert found is not None
    assert (found.path, found.text) == ("b.txt", before.text)


def test_an_article_quoted_in_a_chat_is_kept_under_its_edition(archive: Newsroom, tmp_path: Path) -> None:
    chats, answer = Chats(tmp_path / "kept"), archive.ask(FENTANYL)
    quoted = answer.quotes[0].article
    assert chats.articles(quoted.path, quoted.id[:8]) == []
    chats.keep("one", 0, KeptTurn("t", FENTANYL, answer, "", None))
    assert chats.articles(quoted.path, quoted.id[:8]) == [quoted]
    assert chats.articles("other.txt", quoted.id[:8]) == []
    assert chats.articles(quoted.path, "0" * 8) == []
