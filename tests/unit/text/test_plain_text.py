"""Plain text: what print did to words is undone, and each character keeps its place in the stored text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.plain_text import plain, plain_text
from index.text.spans import Span
from index.text.terms import terms

PRINTED = st.lists(
    st.sampled_from([*"abtnir A.-\n\u00ad\u200bﬁﬀﬄ¬é", "long-\nterm", "negotia-\ntions", "of"]), max_size=30
).map("".join)


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("the negotia-\ntions ended", "the negotiations ended"),
        ("the negotia- \n   tions ended", "the negotiations ended"),
        ("the negotia‐\ntions ended", "the negotiations ended"),
        ("Messrs. Holt and Pen-\nrose", "Messrs. Holt and Penrose"),
        ("the ofﬁ-\ncials’ ﬂeet, an eﬀort of the ﬀord", "the officials’ fleet, an effort of the fford"),
        ("pre\u00adcur\u00ad\nsors", "precursors"),
        ("Lin¬\ndenau", "Lindenau"),
        ("Lin\u00ad\nDenau", "LinDenau"),
        ("a Verwaltungs-\nbehörde", "a Verwaltungsbehörde"),
    ],
)
def test_words_are_joined(printed: str, typed: str) -> None:
    assert plain(printed) == typed


@pytest.mark.parametrize(
    "text",
    [
        "a long-\nterm plan",
        "twenty-\nfive boats",
        "the state-\nof-the-art mill, a day-to-\nday wage",
        "the Holt-\nPenrose bill, a Texas-\nbased firm, a Quarrow-\nbacked plan",
        "a list:\n- tea -\ncoffee",
        "pages 12-\n14",
        "con-\n\ntractors",
        "TREA-\nTIES",
    ],
)
def test_what_may_belong_to_a_word_stays(text: str) -> None:
    assert plain(text) == text


def test_a_question_finds_a_divided_word() -> None:
    assert terms("The negotia-\ntions of ﬁshing ﬂeets") == terms("The negotiations of fishing fleets")


@given(PRINTED)
def test_places_are_in_order_and_leave_out_only_what_print_added(text: str) -> None:
    made = plain_text(text)
    assert len(made.text) == len(made.starts) == len(made.ends)
    assert list(made.starts) == sorted(made.starts)
    assert list(made.ends) == sorted(made.ends)
    for place, letter in enumerate(made.text):
        cut = made.printed(Span(place, place + 1)).cut(text)
        assert cut == letter or letter in plain(cut)


@given(PRINTED, st.data())
def test_a_part_of_the_plain_text_is_a_part_of_the_printed_one(text: str, data: st.DataObject) -> None:
    made = plain_text(text)
    start = data.draw(st.integers(0, len(made.text)))
    end = data.draw(st.integers(start, len(made.text)))
    if start < end:
        printed = made.printed(Span(start, end)).cut(text)
        assert text.startswith(printed, made.starts[start])
        # What a line end divides may be joined in one of the two alone: half a word is another word.
        assert made.text[start:end].replace("-\n", "") in plain(printed).replace("-\n", "")
