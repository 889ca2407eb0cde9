"""Speakers: who says a sentence, and in whose words."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.readers import read_article
from index.text.articles import Article
from index.text.spans import Span
from rag.evidence.attribution import asked_speaker, read_speeches, speaks, speech_of
from rag.evidence.citations import Citation
from rag.language.quotation_marks import article_quotations
from rag.output.answer_json import answer_json
from rag.output.answer_text import quote_note, said_words
from tests.conftest import SEED, Newsroom


def article(text: str) -> Article:
    return Article("1", "a.txt", "", text, Span(0, len(text)), None, None, None, None, None)


def speeches_of(text: str) -> list[tuple[str, str]]:
    return [(speech.speaker, speech.kind) for _, speech in read_speeches(article(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"We start soon," Ines Okafor said.', ("Ines Okafor", "direct")),
        ("“We agreed,” said Mara Quill, the mayor of Port Ellery.", ("Mara Quill", "direct")),
        ("Dr Lea Orr said: 'We saw it happen.'", ("Lea Orr", "direct")),
        ("«We start soon», said the mayor.", ("the mayor", "direct")),
        ('He called it "a joke".', ("", "own")),
        ('"Freedom" is a word that they like to use in all of these towns.', ("", "own")),
        ("The bill, said Senator Jon Hale, is dead.", ("Jon Hale", "indirect")),
        ("Petra Vaughan, the mayor, told reporters that no one was hurt.", ("Petra Vaughan", "indirect")),
        ("Ezra Pell, a baker who lost his shop, on Monday said it was over.", ("Ezra Pell", "indirect")),
        ("According to Maria Paz, an analyst at ING, prices will rise.", ("Maria Paz", "indirect")),
        ("A spokeswoman for Moderna said the vaccine works.", ("a spokeswoman for Moderna", "indirect")),
        ("The lawyer of Ben Ray said he will appeal.", ("the lawyer of Ben Ray", "indirect")),
        ("Ezra Pell, who owns Pell Mills, denied that he had known of it.", ("Ezra Pell", "indirect")),
        ("Mara Quill, whose firm built Quill Wharf, warned that it sinks.", ("Mara Quill", "indirect")),
        ("'We keep our nets,' said Tarn's harbour minister, James Orr.", ("James Orr", "direct")),
        ("'We keep our nets,' said Tarn's harbour minister, Dr. James Orr.", ("James Orr", "direct")),
        ('"We wait," said the spokesman, Port Ellery.', ("the spokesman", "direct")),
        ('"We wait," said the captain, Nov. 5.', ("the captain", "direct")),
        ('"We wait," said Steve King, Iowa.', ("Steve King", "direct")),
        ("‘It is the dockers’ quay,’ said the pilot.", ("the pilot", "direct")),
        ("The Dockers' Union said that it would strike.", ("Dockers' Union", "statement")),
        ("The Tarn Times' Mara Quill said that it would strike.", ("Mara Quill", "indirect")),
        ("Officials said that two people were hurt.", ("officials", "indirect")),
        ("Ana Lind praised the plan in a statement on Monday.", ("Ana Lind", "indirect")),
        ("Fares will not rise, the authority said in a statement.", ("the authority", "statement")),
        ("The Ministry of External Affairs (MEA) said so on Thursday.", ("Ministry of External Affairs", "statement")),
        ("Fares will rise, according to the Port Authority.", ("Port Authority", "statement")),
        ("A study found that cats sleep.", ("a study", "statement")),
        ("Moderna said it expects sales of $5bn.", ("Moderna", "statement")),
        ("The company added 200 jobs.", ("", "own")),
        ("The minister could not say when.", ("", "own")),
        ("He is said to be rich.", ("", "own")),
        ("Under § 5, the mayor said, the town must pay.", ("the mayor", "indirect")),
        ("Nobody said a word.", ("", "own")),
        ("They marched amid reports that the dam had burst.", ("", "own")),
        ('The 12" disc sold well, and so did the 7" one.', ("", "own")),
    ],
)
def test_a_single_sentence_has_its_speaker_and_kind(text: str, expected: tuple[str, str]) -> None:
    assert speeches_of(text) == [expected]


def test_a_sentence_inside_a_quotation_has_its_speaker() -> None:
    text = (
        'Ana Lind, the prime minister, met reporters. "I was elected. I will not resign. We go on," she said.\n\n'
        '"And so were they.\n\n"We will see," Lind added. "Soon."'
    )
    assert speeches_of(text)[1:] == [("Ana Lind", "direct")] * 6


def test_a_quotation_alone_is_the_last_speakers_only_right_after_his_words() -> None:
    said = '"It held," Ada Lind said. "It will hold again."'
    assert speeches_of(said) == [("Ada Lind", "direct")] * 2
    apart = f'{said} The council met for an hour. "They never asked us."'
    assert speeches_of(apart)[-1] == ("", "direct")
    named = 'Ada Lind met Tom Lyle at the weir. "It was cold and dark there."'
    assert speeches_of(named)[-1] == ("", "direct")


def test_two_apostrophes_are_a_quotation_mark() -> None:
    text = "''We did not expect it,'' said Mara Quill. The weir''s gates were shut."
    assert [span.cut(text) for span in article_quotations(text)] == ["''We did not expect it,''"]
    assert speeches_of(text)[0] == ("Mara Quill", "direct")


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Scouts rated 32 boats as “rotten” or “leaking,” compared to 11 of Marl – a margin of three.", ""),
        ("It is true, a harbour pilot on the long night shift of the port of Tarn said.", "a harbour pilot"),
        ("In all, 73 percent said that they would sail.", ""),
    ],
)
def test_a_speaker_is_no_part_of_a_clause_and_has_six_words_at_most(text: str, speaker: str) -> None:
    assert speeches_of(text)[0][0] == speaker


def test_a_word_in_quotation_marks_that_ends_with_s_opens_no_quotation() -> None:
    text = "The minister called the ‘strikes’ a mistake. Ana Ruiz said that it was late. The pilot said: ‘We wait.’"
    assert speeches_of(text) == [("", "own"), ("Ana Ruiz", "indirect"), ("the pilot", "direct")]
    text = "Plans for ‘safe streets’ are dead, Jon Hale said. ‘We tried,’ said Ana Ruiz."
    assert speeches_of(text) == [("Jon Hale", "indirect"), ("Ana Ruiz", "direct")]


def test_the_users_article_from_end_to_end() -> None:
    seed = read_article(SEED.name, SEED.read_bytes())
    jaiswal, statement = "Randhir Jaiswal", "the statement"
    assert [(speech.speaker, speech.kind) for _, speech in read_speeches(seed)] == [
        ("Ministry of External Affairs", "statement"),
        (jaiswal, "indirect"),
        *[(jaiswal, "direct")] * 3,
        (jaiswal, "indirect"),
        *[(jaiswal, "direct")] * 3,
        ("", "own"),
        ("a MEA release", "statement"),
        (statement, "statement"),
        (statement, "direct"),
        ("", "own"),
    ]


def test_a_pronoun_is_the_person_named_last_and_a_last_name_is_completed() -> None:
    text = (
        "Mr Bo Tan disagreed. He said that the report was wrong. President Ana Lind laughed. "
        "She said that it was right. Tan noted that nobody had read it."
    )
    assert [speaker for speaker, _ in speeches_of(text)] == ["", "Bo Tan", "", "Ana Lind", "Bo Tan"]


def test_a_sentence_beyond_the_limit_is_read_without_context() -> None:
    text = "Rain fell. " * 5000 + '"We start," Ines Okafor said.'
    long = article(text)
    assert speech_of(Citation(long, Span(text.index('"We'), len(text)))).speaker == "Ines Okafor"


def test_the_attribution_of_a_quote_is_one_line_and_empty_for_the_articles_own_voice() -> None:
    own = article("Rain fell on Monday.")
    assert said_words(Citation(own, own.body)) == quote_note(Citation(own, own.body)) == ""
    forged = article('"Go," said the \x1b[2J <b>head</b>\nof the "board".')
    assert "\x1b" not in said_words(Citation(forged, forged.body))
    assert "\n" not in said_words(Citation(forged, forged.body))
    release = article("According to a release, all is well.")
    assert said_words(Citation(release, release.body)) == "A release"


@given(st.text(alphabet=st.sampled_from("ab. ,\n\"'“”‘’„«»§Saidhe"), max_size=80))
def test_quotations_are_in_order_without_overlap_for_any_text(text: str) -> None:
    spans = article_quotations(text)
    assert list(spans) == sorted(spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert len(read_speeches(article(text))) == len(speeches_of(text))


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("What did Jaiswal say about timing?", "Jaiswal"),
        ("what has the prime minister Ana Lind said on fares?", "Ana Lind"),
        ("what did jaiswal say?", "jaiswal"),
        ("When did the Health Ministry say that it would start?", "Health Ministry"),
        ("What did the minister say about cost?", ""),
        ("According to Okafor, what do ferries cost?", "Okafor"),
        ("What is Lind's view on this?", "Lind"),
        ("What did he say?", ""),
        ("What was agreed on fentanyl precursors?", ""),
        ("How high did the River Lind rise?", ""),
    ],
)
def test_a_question_may_name_whose_words_it_asks_for(question: str, who: str) -> None:
    assert asked_speaker(question) == who


@pytest.mark.slow
def test_a_question_for_one_mans_words_finds_only_his(archive: Newsroom, newsroom: Newsroom) -> None:
    answer = archive.ask("What did Jaiswal say about timing?")
    assert answer.statements
    assert all(speaks("Jaiswal", speech_of(quote)) for quote in answer.quotes)
    assert any("I don't have a time framework in mind" in statement.text for statement in answer.statements)
    newsroom.write(
        "a.txt",
        'Mara Quill said the harbour plan is too dear. The harbour plan is "a gift to the town", Jon Hale said. '
        "Hale said the harbour plan will pay for itself.",
    )
    newsroom.indexed()
    both = [statement.text for statement in newsroom.ask("What was said about the harbour plan?").statements]
    his = [statement.text for statement in newsroom.ask("What did Jon Hale say about the harbour plan?").statements]
    assert his
    assert all("Quill" not in text for text in his)
    assert any("Quill" in text for text in both)


def test_each_quote_in_the_json_has_its_speaker_and_its_kind(archive: Newsroom) -> None:
    got = answer_json(archive.ask("What did Jaiswal say about timing?"))
    quotes = got["quotes"]
    assert isinstance(quotes, list)
    assert ("Randhir Jaiswal", "direct") in [(quote["speaker"], quote["kind"]) for quote in quotes]
