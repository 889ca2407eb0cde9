"""Sentences: properties that always hold, and difficult cases of news text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.sentences import LONGEST, split_sentences
from index.text.spans import Span

pieces = st.sampled_from(
    [
        "Der 3. März war es.",
        "Die Fa. Holt ist zu.",
        "जी है।",
        "هل هو؟",
        "「橋だ。」と言う。",
        "Sen. Lee said no.",
        '"We agreed," she said.',
        "\n\n",
        "\n",
        " ",
        "- item",
        "# Head",
        "U.S.",
        "a.B",
        "…",
        "x" * 90,
    ]
)
texts = st.one_of(st.text(max_size=200), st.lists(pieces, max_size=12).map(" ".join), st.lists(pieces).map("".join))


def cut(text: str) -> list[str]:
    return [span.cut(text) for span in split_sentences(text, Span(0, len(text)))]


@given(texts)
def test_sentences_cover_the_text_in_order(text: str) -> None:
    end = 0
    for span in split_sentences(text, Span(0, len(text))):
        assert not text[end : span.start].strip(), "only white space lies between two sentences"
        assert span.cut(text) == span.cut(text).strip() != ""
        assert len(span) <= LONGEST
        end = span.end
    assert not text[end:].strip()


@given(texts, st.text(max_size=30))
def test_sentences_stay_inside_the_body(text: str, before: str) -> None:
    body = Span(len(before), len(before + text))
    assert all(body.start <= span.start < span.end <= body.end for span in split_sentences(before + text, body))


@pytest.mark.parametrize(
    "sentences",
    [
        ["The U.S. Senate passed the bill.", "It goes to the House."],
        ["Sen. John Smith (R-Ohio) spoke at 5 p.m. on Tuesday.", "He left."],
        ["It was led by Lt. Col. James Brown and Reps. Darrell Issa and Jake Ellzey.", "They left."],
        ["J. K. Rowling met Gov. Gavin Newsom in Washington, D.C.", "The talks lasted an hour."],
        ["Apple Inc. said revenue rose 3.5 per cent to $1.2 bn.", "Shares fell."],
        ['He said, "I don\'t know."', "Then he left."],
        ['"We met.', "This is part of our dialogue.", 'Both agreed," Jaiswal said.'],
        ["we will let you know,\" he added.'", "The MEA's remark comes a day after."],
        ["“Nothing more.”", "He paused."],
    ],
)
def test_sentences_of_news_end_where_a_person_would_end_them(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


def test_a_missing_space_does_not_join_two_sentences() -> None:
    assert cut("They raised security concerns.Allegedly there are ties.") == [
        "They raised security concerns.",
        "Allegedly there are ties.",
    ]
    assert cut("Read it at https://example.org/News.Today for more.") == [
        "Read it at https://example.org/News.Today for more."
    ]


def test_a_hard_wrapped_sentence_is_one() -> None:
    text = "This paragraph of plain text is wrapped at about seventy\ncharacters a line. It goes on."
    assert cut(text) == ["This paragraph of plain text is wrapped at about seventy\ncharacters a line.", "It goes on."]


def test_list_entries_and_subheads_are_separate_sentences() -> None:
    assert cut("A subhead\nThen text.\n- one thing\n- another") == [
        "A subhead",
        "Then text.",
        "- one thing",
        "- another",
    ]


def test_rows_of_a_table_are_separate_sentences() -> None:
    rows = ["Skerry Bay | Rain in January: 301 millimetres | Days: 26", "Oakhaven | Rain in January: 187 | Days: 17"]
    text = "\n".join(rows)
    assert [span.cut(text) for span in split_sentences(text, Span(0, len(text)))] == rows


@pytest.mark.parametrize(
    "sentences",
    [
        [
            "BERLIN, 12. Februar (dpa) - Der 19. Rat der Stadt hat am 3. März über die Brücke beraten.",
            "Prof. Dr. Lind sprach von ca. 30 Mill. Kronen bzw. Talern.",
            "Sie kam auf Platz 3.",
            "Danach ging sie.",
        ],
        [
            "M. Dupin et MM. Blanc et Noir ont vu l’art. 12 et la p. 45.",
            "« Nous n’avions pas le choix. »",
            "Le Dr. Petit est parti.",
        ],
        ["La Sra. Ruiz y la Dra. Paz viajaron a EE. UU. el lunes.", "¿Qué pasó?", "Nadie lo sabe."],
        ["Ремонт моста на ул. Лесной обойдётся в 2,4 млн. крон.", "Проф. Линд сказал: «Нет».", "Он ушёл."],
        ["أغلق الجسر يوم الاثنين.", "هل سيفتح قريبا؟", "قال د. أحمد إن ذلك ممكن."],
        ["पुल बंद है।", "मरम्मत जून तक चलेगी।", "डॉ. शर्मा ने कहा कि यह ठीक है।"],
        ["پل بند ہے۔", "مرمت جون تک چلے گی۔"],
        ["大桥周一关闭。", "维修费用为2.4亿元！", "公共汽车将绕行。"],
        ["橋は閉鎖された。", "「なぜですか？」と彼は聞いた。", "修理は続く。"],
        ["တံတား ပိတ်ထားသည်။", "ပြုပြင်မှု ဆက်လုပ်မည်။"],
    ],
)
def test_each_language_has_its_own_ends_of_sentences(sentences: list[str]) -> None:
    between = "" if sentences[0][-1] == "。" else " "
    assert cut(between.join(sentences)) == sentences


def test_an_english_sentence_may_end_with_what_is_an_abbreviation_elsewhere() -> None:
    sentences = ["The bridge is closed, he said on page 12.", "Art is no excuse.", "They had none."]
    assert cut(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "text",
    [
        "Sie sprach gestern mit Max. Der Mann war nicht in der Stadt.",
        "El barco cayó al mar. Los equipos de rescate buscan a los hombres.",
        "Компания заплатила 10 млн руб. Власти сказали, что этого не будет.",
    ],
)
def test_words_that_look_like_abbreviations_end_sentences(text: str) -> None:
    assert len(split_sentences(text, Span(0, len(text)))) == 2
