"""The layout of an article: nothing of its text is lost, whatever is joined or hidden."""

import re

from hypothesis import given
from hypothesis import strategies as st

from index.reading.readers import read_article
from index.text.articles import Article
from index.text.spans import Span
from ui.article.layout import headline, line_fills, segments


def make_article(text: str, title: str = "", path: str = "a.txt") -> Article:
    return Article("1", path, title, text, Span(len(text), len(text)), None, None, None, None, None)


@given(
    st.text(alphabet=st.sampled_from("ab \n|-1.A:é𝒳"), max_size=300),
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 80)), max_size=4),
    st.text(alphabet="ab", max_size=4),
)
def test_the_runs_of_an_article_are_its_whole_text(text: str, spans: list[tuple[int, int]], title: str) -> None:
    quotes = {number: Span(start, start + length) for number, (start, length) in enumerate(spans)}
    quotes = {number: span for number, span in quotes.items() if span.end <= len(text)}
    runs = segments(make_article(text, title), quotes)
    assert "".join("\n".join(map(str, run["lines"])) for run in runs if isinstance(run["lines"], list)) == text
    assert not any(run["hidden"] and run["number"] is not None for run in runs)


@given(st.lists(st.text(alphabet="abcdefg", min_size=1, max_size=9), min_size=30, max_size=80))
def test_only_single_line_ends_are_filled(words: list[str]) -> None:
    text = re.sub(r"((?:\S+ ){8})", r"\1\n", " ".join(words)) + "\n\nEnd"
    assert all(text[place] == "\n" and "\n" not in (text[place - 1], text[place + 1]) for place in line_fills(text))


WRAPPED = """The first ferry of the day leaves Ostrand at ten past five,
and on most mornings in winter it is almost empty. Captain
Aune has sailed it for 22 years.

- a first point of a list, as long as the others are here
- a second point

Now I have gulls.
"""


def test_wrapped_lines_flow_and_lists_and_paragraphs_stay() -> None:
    shown = "".join(" " if place in line_fills(WRAPPED) else letter for place, letter in enumerate(WRAPPED))
    assert shown.split("\n")[0].endswith("Captain Aune has sailed it for 22 years.")
    assert "\n\n- a first point of a list, as long as the others are here\n- a second point\n\nNow" in shown


def test_a_headline_is_found_on_one_line_or_two_and_below_a_head() -> None:
    for text, again in (
        (b"Ferries are late\n\nPORT ELLERY, 3 March 2026 - They are.\n", "Ferries are late\n\n"),
        (b"Date: 2026-03-10\nOutlet: Post\n\nFerries are late\n\nThey are late again.\n", "Ferries are late\n\n"),
        (b"# Ferries are late\n\nThey are late again.\n", "# Ferries are late\n\n"),
    ):
        article = read_article("a.md" if text.startswith(b"#") else "a.txt", text)
        found = headline(article)
        assert found is not None, article
        assert found.cut(article.text) == again
    assert headline(make_article("Ferries are\n\nlate\n\nThey are.", "Ferries are late")) == Span(0, 19)
    assert headline(make_article("They are late again.", "Ferries are late")) is None


def test_a_quoted_headline_is_shown() -> None:
    article = read_article("a.txt", b"Ferries are late\n\nPORT ELLERY, 3 March 2026 - They are.\n")
    assert [run["hidden"] for run in segments(article, {})] == [True, False]
    assert not any(run["hidden"] for run in segments(article, {0: Span(0, 7)}))


PARAGRAPHS = """The mayor said on Monday that the bridge would open in the spring of 2027.
She named no day for it, and she did not say what the repair will cost the town.
The union said that the works had begun late, and that the town had known of it.
"""
SPOKEN = """The mayor met the ferry crews at the pier on Monday evening, and
said that “the boats will sail again before the end of the week.”
“We do not believe it,” said Captain Aune, who has sailed to the
island for 22 years. He left before the mayor had ended, and the
"""
NAMES = """Asha Rao, deputy head of the harbour office of Port Ellery
Ben Holt, chief engineer of the northern ferry company, 51
Clara Lindgren, speaker of the union of seamen in Oakhaven
"""


def test_paragraphs_of_one_line_speakers_and_names_are_not_run_together() -> None:
    assert line_fills(PARAGRAPHS) == frozenset()
    assert line_fills(NAMES) == frozenset()
    assert line_fills("\n".join(["आशा राव, बंदरगाह कार्यालय की उप प्रमुख पोर्ट"] * 3)) == frozenset()
    assert [SPOKEN[:place].rsplit(maxsplit=1)[-1] for place in sorted(line_fills(SPOKEN))] == ["and", "the"]


def test_only_the_headline_itself_is_taken_for_one() -> None:
    for title, text in (
        ("Prices rise by .5%", "Prices rise by 5%\n\nThey did."),
        ("पानी महँगा", "पाना महगा\n\nपानी।"),
        ("Ferries are late", "Ferries are late?\n\nThey are."),
    ):
        assert headline(make_article(text, title)) is None
    assert headline(make_article("Ferries are late\n================\n\nYes.", "Ferries  are late")) == Span(0, 17)
