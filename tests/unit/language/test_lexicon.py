"""Lexicon: every list can be read and has the expected form."""

from importlib.resources import files

import pytest

from index.text.terms import terms
from rag.language.lexicon import lines
from rag.language.matching import sides, synonyms

NAMES = sorted(file.name.removesuffix(".txt") for file in files("rag.language").joinpath("data").iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_a_list_has_no_comments_and_no_line_twice(name: str) -> None:
    read = lines(name)
    assert read
    assert len(set(read)) == len(read)
    assert not any("#" in line or line != line.strip() for line in read)


@pytest.mark.parametrize("name", ["irregular_plurals", "irregular_verbs", "peoples", "spellings", "synonyms"])
def test_a_group_has_two_words_at_least(name: str) -> None:
    assert [line for line in lines(name) if len(line.split()) < 2] == []


@pytest.mark.parametrize("line", lines("opposites"))
def test_the_two_sides_of_a_pair_are_opposites(line: str) -> None:
    left, right = map(terms, line.split("|"))
    for term in left:
        assert any(set(right) <= far for _, far in sides(term))
    for term in right:
        assert any(set(left) <= far for _, far in sides(term))


def test_a_word_has_the_synonyms_of_its_other_spelling() -> None:
    assert "center" in synonyms(*terms("centre"))
    assert synonyms(*terms("harbour")) == synonyms(*terms("harbor"))
