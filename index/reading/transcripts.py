"""Transcripts: the spoken text of subtitles (WebVTT and SubRip), with the names of speakers if they are given."""

import html
import re

from index.core.errors import UnreadableArticle
from index.reading.heads import Head

_TIME = r"(?:\d+:)?\d\d?:\d\d[.,]\d{3}"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}.*")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,100})?[ \t]++(?P<name>[^>\n]{1,100})>")
_TAG = re.compile(r"</?[^>\n]{0,100}>|\{\\[^}\n]{0,100}\}")
# What WebVTT has between cues.
_ASIDE = re.compile(r"NOTE(?:\s|\Z)|(?:STYLE|REGION)[ \t]*(?:\n|\Z)")
# ">> " and "- " begin what the next speaker says.
_TURN = re.compile(r"(?:>>+|[-–—])\s*(?=\S)")


def read_subtitles(path: str, text: str) -> tuple[str, Head]:
    """Return the spoken text of subtitles, a paragraph a speaker, and an empty head.

    Raises UnreadableArticle if no line has times.
    """
    paragraphs, speaker, before, timed = list[list[str]](), "", ("", ""), False
    blocks = [block.strip() for block in re.split(r"\n[ \t]*\n", text)]
    for block, following in zip(blocks, [*blocks[1:], ""], strict=True):
        lines = block.split("\n")
        timing = next((place for place, line in enumerate(lines[:2]) if _TIMING.fullmatch(line.strip())), None)
        if timing is None and (not timed or _ASIDE.match(block) or (block.isdigit() and _TIMING.match(following))):
            continue  # the header, a style, a note, or the number of the next cue
        timed = True
        # Without times, it is more of the cue above, which has an empty line in it.
        for line in lines if timing is None else lines[timing + 1 :]:
            voice = _VOICE.search(line)
            said = " ".join(html.unescape(_TAG.sub("", line)).split())
            name = " ".join(html.unescape(voice["name"]).split()) if voice else ""
            if not said or (name or speaker, said) == before:
                continue  # captions that roll up repeat the line above
            before = name or speaker, said
            turn = _TURN.match(said)
            if (name and name != speaker) or turn or not paragraphs:
                speaker = name
                paragraphs.append([f"{name}: " * bool(name) + said[turn.end() if turn else 0 :]])
            else:
                paragraphs[-1].append(said)
    if not timed:
        raise UnreadableArticle(
            f"{path}: no times in it. Expected subtitles with lines such as 00:00:01.000 --> 00:00:04.000. Save it as "
            ".txt if it is text."
        )
    return "\n\n".join(map(" ".join, paragraphs)), Head()
