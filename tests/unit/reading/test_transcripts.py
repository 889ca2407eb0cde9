"""Transcripts: subtitles become paragraphs, one a speaker."""

import pytest

from index.core.errors import UnreadableArticle
from index.reading.readers import read_article

VTT = """WEBVTT - Tarn tonight

STYLE
::cue { color: white }

NOTE not said --> here

intro
00:01.000 --> 00:04.500 align:start
<v.loud Ilse Brandt>The weir held <i>all</i>
<v Ilse Brandt>night &amp; day.</v>

00:00:04.600 --> 00:00:09.000
<v Tom Lyle>Divers went down.
"""
SRT = """1
00:00:01,000 --> 00:00:04,500
The weir held
all night.

2
00:00:04,600 --> 00:00:05,000
all night.

3
00:00:05,100 --> 00:00:09,000
- It is old.
- {\\an8}<font color="red">It is sound.</font>
"""


def test_each_speaker_has_a_paragraph() -> None:
    article = read_article("a.vtt", VTT.encode())
    assert article.text == "Ilse Brandt: The weir held all night & day.\n\nTom Lyle: Divers went down."
    assert (article.body.start, article.place, article.published) == (0, None, None)


def test_subtitles_without_speakers_flow() -> None:
    article = read_article("2026/05/04/a.srt", SRT.replace("\n", "\r\n").encode())
    assert article.text == "The weir held all night.\n\nIt is old.\n\nIt is sound."
    assert str(article.published) == "2026-05-04"


def test_a_cue_with_an_empty_line_is_read_whole() -> None:
    text = SRT.replace("The weir held\n", "The weir held\n\n").replace("3\n0", "3\n\n0")
    assert read_article("a.srt", text.encode()).text == read_article("a.srt", SRT.encode()).text
    text = VTT.replace("night &amp; day.</v>", "night &amp; day.</v>\n\nNOTE no\n\nSTYLE\n::cue { }")
    assert read_article("a.vtt", text.encode()).text == read_article("a.vtt", VTT.encode()).text


def test_two_speakers_may_say_the_same() -> None:
    cues = "".join(f"00:0{n}.000 --> 00:0{n}.900\n<v {name}>Yes.\n\n" for n, name in enumerate(("Ada", "Tom", "Tom")))
    assert read_article("a.vtt", f"WEBVTT\n\n{cues}".encode()).text == "Ada: Yes.\n\nTom: Yes."


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "no times"), (b"WEBVTT\n\nThe weir.", "no times"), (b"1\n00:00:01,000 --> 00:00:02,000\n", "no text")],
)
def test_a_file_without_speech_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableArticle, match=why):
        read_article("a.srt", content)


def test_hostile_marks_take_no_time() -> None:
    cue = "00:00:01,000 --> 00:00:02,000\n" + "<v " * 100_000 + ">" * 9 + "{\\" * 100_000
    assert read_article("a.srt", cue.encode()).text


@pytest.mark.parametrize("words", ["<v." * 70_000, f"<v{' ' * 200_000}x", f"<v.{' ' * 200_000}x"])
def test_marks_that_do_not_end_take_no_time(words: str) -> None:
    assert read_article("a.srt", f"00:00:01,000 --> 00:00:02,000\nThe weir held.\n{words}".encode()).text


def test_a_long_speech_takes_no_time() -> None:
    cues = (f"{place}\n00:00:01,000 --> 00:00:02,000\n{place} cubic metres\n" for place in range(40_000))
    assert read_article("a.srt", "\n".join(cues).encode()).text.endswith("39998 cubic metres 39999 cubic metres")
