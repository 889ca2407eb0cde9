"""Turns: what is said in a transcript is said by the speaker whose turn it is."""

import pytest

from index.reading.readers import read_article
from rag.evidence.attribution import Speech, read_speeches
from rag.evidence.turns import read_turns

TALK = """TARN TONIGHT

Aired May 4, 2026 - 20:00 ET

ILSE MCBRANDT, HOST: Good evening. Did the weir hold?

TOM O'LYLE, CHIEF DIVER (via telephone): It did. The mayor said that it would.

I went down twice myself.

MCBRANDT: So said Ms McBrandt's own sister.

(COMMERCIAL BREAK)

UNIDENTIFIED MALE: Who pays?

O'LYLE: The council.
"""


def test_each_sentence_of_a_turn_is_its_speakers() -> None:
    article = read_article("a.txt", TALK.encode())
    said = {sentence.cut(article.text).split(": ")[-1]: speech for sentence, speech in read_speeches(article)}
    tom, ilse = Speech("Tom O'Lyle", "direct"), Speech("Ilse McBrandt", "direct")
    assert said["Did the weir hold?"] == ilse
    assert said["It did."] == tom
    assert said["The mayor said that it would."] == tom
    assert said["I went down twice myself."] == tom
    assert said["So said Ms McBrandt's own sister."] == ilse
    assert said["Who pays?"].speaker == ""
    assert said["The council."] == tom


def test_subtitles_name_their_speakers() -> None:
    cues = "".join(
        f"00:00:0{place},000 --> 00:00:0{place},900\n<v {name}>{words}\n\n"
        for place, (name, words) in enumerate(
            (("Ilse Brandt", "Did it?"), ("Tom Lyle", "Yes."), ("Ilse Brandt", "Good."))
        )
    )
    article = read_article("a.vtt", cues.encode())
    assert [speech.speaker for _, speech in read_speeches(article)] == ["Ilse Brandt", "Tom Lyle", "Ilse Brandt"]


def test_a_last_name_that_two_have_stays_as_it_is() -> None:
    text = "ADA LIND: Yes.\n\nTOM LIND: No.\n\nLIND: Perhaps.\n\nED QUILL: Well.\n\nRAO: So."
    assert read_turns(text).speakers == ("Ada Lind", "Tom Lind", "", "Ed Quill", "")


def test_one_word_in_capitals_names_a_speaker_who_talks_to_somebody() -> None:
    text = (
        "Mara Holt talks to Tom Penrose at Tarn\n\nHOLT: Did you see it?\n\nPENROSE: I saw it.\n\nHOLT: And then?\n\n"
        "PENROSE: We left."
    )
    assert read_turns(text).speakers == ("Holt", "Penrose", "Holt", "Penrose")
    # A word that the text itself writes in capitals is an acronym.
    written = text.replace("HOLT", "TNN").replace("Mara Holt talks", "(TNN) Talks")
    assert read_turns(written).speakers == ("TNN", "Penrose", "TNN", "Penrose")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "WHERE: You come to Tarn.\n\nWHEN: You come at six.\n\nWHERE: Marl.\n\nWHEN: At noon.",
        "TARN: The weir held.\n\nMARL: The weir sank.\n\nTARN: It held again.\n\nMARL: It is gone.",
        "TIP: You should rest.\n\nWARNING: You must not run.\n\nTIP: You should eat.\n\nWARNING: You must stop.",
        "MONDAY: You can swim.\n\nTUESDAY: We go to Marl.\n\nMONDAY: You rest.\n\nTUESDAY: We sail.",
        "Place: Tarn\n\nTime: noon\n\nPrice: 4 crowns",
        "Weir: It held.\n\nThe council met. Weir: it held.",
        "Where: Tarn Hall.\n\nWhen: Noon.\n\nTickets: None.\n\nWhere: The weir.\n\nWhen: At six.\n\nTickets: None.",
        "Box Office: Tarn 55\n\nDoors Open: 7 pm\n\nBox Office: Tarn 56\n\nDoors Open: 8 pm",
        "Tarn: Rao; Nye, Lind.\nMarl: Lyle; Holt, Bru.\nGoals: Rao 3.\n\nTarn: Nye; Rao.\nVale: Orr.\nGoals: Orr 9.",
        "Where, when: Tarn, noon.\n\nPrice, adults: Four.\n\nWhere, when: Marl, at six.\n\nPrice, adults: Two.",
        "Lind: Yes.\n\nLind: No.\n\nLind: Perhaps.",
        "TARN: It held.\n\nMARL: It sank.\n\n" + "The council met.\n\n" * 9 + "TARN: It held again.",
    ],
)
def test_other_texts_have_no_turns(text: str) -> None:
    assert read_turns(text).starts == ()


def test_a_long_line_takes_no_time() -> None:
    assert read_turns("Aa " * 200_000 + "(" * 200_000).starts == ()


def test_a_long_transcript_takes_no_time() -> None:
    said = "".join(f"ADA LIND: {place} of them held.\n\nTOM LYLE: Good.\n\n" for place in range(5_000))
    assert set(read_turns(said).speakers) == {"Ada Lind", "Tom Lyle"}


def test_a_name_in_capitals_is_written_as_elsewhere() -> None:
    text = "JO MCBRANDT: Mail jo@mcbrandt.example.\n\nED O'LYLE: No.\n\nMCBRANDT: McBrandt-Lyle's?\n\nO'LYLE: No."
    assert read_turns(text).speakers == ("Jo McBrandt", "Ed O'Lyle", "Jo McBrandt", "Ed O'Lyle")


def test_spaces_take_no_time() -> None:
    space = " \n" * 100_000 + " " * 200_000
    assert read_turns(f"ADA LIND: Yes.\n\nED RAO: No.\n\nLIND: Well.{space}\n\nRAO: So.{space}").speakers


INTERVIEW = """Ada Lind: Did it hold?

Tom Lyle: It did.

{between}

Lind: Who pays?

Lyle: The council.

Lind: All of it?

Lyle: All.

This interview was cut. The council denies it.
"""


def test_a_note_below_the_last_turn_is_nobodys() -> None:
    text = INTERVIEW.format(between="Lind: Good.")
    assert read_turns(text).speaker(text.index("All.")) == "Tom Lyle"
    assert not read_turns(text).speaker(text.index("This interview"))
    assert not read_turns(text).speaker(text.index("The council denies"))


def test_a_lone_paragraph_between_turns_is_nobodys() -> None:
    text = INTERVIEW.format(between="The weir was built in 1931.")
    assert not read_turns(text).speaker(text.index("The weir was"))
    assert read_turns(text).speaker(text.index("Who pays")) == "Ada Lind"


def test_speakers_go_on_where_many_do() -> None:
    text = INTERVIEW.format(between="I went down.\n\n  I saw it.")
    assert read_turns(text).speaker(text.index("I saw")) == "Tom Lyle"
