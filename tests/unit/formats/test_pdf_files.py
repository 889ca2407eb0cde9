"""PDF files: pages become one text that flows, without what the pages repeat."""

from collections.abc import Sequence

import pytest

from index.formats.parsed import Parsed
from index.formats.pdf_files import parse_pdf
from tests.support.formats import place_pdf

Line = tuple[str, int, int, int]
LEFT, RIGHT = 40, 310


def column(x: int, *lines: str, top: int = 700) -> list[Line]:
    return [(line, 10, x, top - 12 * number) for number, line in enumerate(lines)]


def parse(*pages: Sequence[Line]) -> Parsed:
    (parsed,) = parse_pdf("page.pdf", place_pdf(pages))
    return parsed


FIRST = column(
    LEFT,
    "The keeper of the lighthouse on Tern Island has",
    "counted more ships this winter than in any be-",
)
SECOND = column(
    RIGHT, "fore, and her log-book names each of them, in", "ink that the salt has not yet turned to brown."
)


def test_words_and_sentences_go_on_in_the_next_line_and_column() -> None:
    assert parse([*FIRST, *SECOND]).text == (
        "The keeper of the lighthouse on Tern Island has counted more ships this winter than in any before, and her "
        "log-book names each of them, in ink that the salt has not yet turned to brown."
    )


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (
            ("She keeps the log-book in the tower, and the log-", "book of her mother too, as keepers always have."),
            "log-book of her",
        ),
        (
            ("She was the guest of the Anglo-", "Danish society of lighthouse keepers in the town."),
            "the Anglo-Danish society",
        ),
        (
            ("The society of keepers has made a long-", "term plan for the lamps in the rooms below the tower."),
            "a long-term plan",
        ),
        (("The society has many pre-", "and post-war lamps in the rooms below the tower."), "pre-\nand post-war"),
    ],
)
def test_a_hyphen_of_the_word_itself_stays(lines: tuple[str, ...], text: str) -> None:
    assert text in parse(column(LEFT, *lines)).text


def page_of(number: int, *lines: Line) -> list[Line]:
    head, foot = "Tern Island Mail - Tuesday, 7 January 2025", f"Page {number}"
    return [(head, 8, LEFT, 800), *lines, (foot, 8, 500, 30)]


def test_what_pages_repeat_at_their_edges_is_no_text_but_states_the_day_of_the_paper() -> None:
    parsed = parse(page_of(1, *FIRST), page_of(2, *SECOND))
    assert "Mail" not in parsed.text
    assert "Page" not in parsed.text
    assert parsed.text[parsed.pages[1] :].startswith("fore, and her log-book")
    assert parsed.stated == {"published": "2025-01-07"}


def test_what_a_browser_prints_around_a_page_is_no_text_and_no_day() -> None:
    printed = [
        ("1/9/25, 7:25 PM", 8, LEFT, 820),
        *FIRST,
        ("https://mail.example/tern-island 1/1", 8, LEFT, 20),
    ]
    parsed = parse(printed)
    assert parsed.text.startswith("The keeper")
    assert parsed.text.endswith("in any be-")
    assert parsed.stated == {"url": "https://mail.example/tern-island"}


def test_the_largest_text_is_the_title_and_what_is_above_it_is_not_the_article() -> None:
    headline = [("Home News Weather", 9, LEFT, 780), ("More ships than ever pass", 22, LEFT, 745)]
    parsed = parse([*headline, ("the light of Tern Island", 22, LEFT, 722), *FIRST, *SECOND])
    assert parsed.stated["title"] == "More ships than ever pass the light of Tern Island"
    assert parsed.text[parsed.start :].startswith("More ships than ever pass")
    assert "Island\n\nThe keeper" in parsed.text


def test_text_of_one_size_has_no_headline() -> None:
    assert "title" not in parse([*FIRST, *SECOND]).stated


def test_a_heading_is_a_block_of_its_own() -> None:
    text = parse(
        [*FIRST[:1], ("What the log-book says", 13, LEFT, 660), *column(LEFT, *[line for line, *_ in SECOND], top=640)]
    ).text
    assert "\n\nWhat the log-book says\n\nfore" in text


@pytest.mark.parametrize("head", ["Report under the Act of 12 March 1998", "Founded 12 March 1998 by the keepers"])
def test_a_day_within_the_words_of_a_running_head_is_not_the_papers(head: str) -> None:
    pages = [[(head, 8, LEFT, 800), *lines] for lines in (FIRST, SECOND)]
    assert "published" not in parse(*pages).stated


def test_a_story_above_the_headline_of_another_stays_in_the_article() -> None:
    story = column(LEFT, "Snow shut the pass on Monday. Nobody was hurt, police said.", top=780)
    parsed = parse([*story, ("More ships than ever", 22, LEFT, 745), *FIRST])
    assert parsed.start == 0


def test_a_running_head_with_a_day_in_numbers_states_both_readings() -> None:
    pages = [[("Tern Island Mail | 07/01/2025", 8, LEFT, 800), *lines] for lines in (FIRST, SECOND)]
    assert parse(*pages).stated == {"published_numeric": "07/01/2025"}
