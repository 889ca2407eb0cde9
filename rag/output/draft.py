"""Draft rendering: a checked draft, as JSON for programs and as lines for a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from index.core.formatting import counted, long_day, one_line, scope_words
from rag.analysis.draft_check import Checked, CheckedDraft, Mark
from rag.language.word_diff import Piece, difference_words
from rag.output.answer_json import Json, citation_json, scope_json
from rag.output.answer_text import page_words, source_line

MARK_WORDS: Mapping[Mark, str] = {
    "verbatim": "verbatim",
    "altered": "altered",
    "similar": "similar",
    "absent": "not on the shelf",
}
_WIDEST = max(map(len, MARK_WORDS.values()))


def draft_json(checked: CheckedDraft) -> Json:
    """Return the fields of `dateline check --json`."""
    return {
        "text": checked.text,
        "sentences": checked.counts("sentence"),
        "quotations": checked.counts("quotation"),
        "parts": [
            {
                "form": part.form,
                "mark": part.mark,
                "start": part.span.start,
                "end": part.span.end,
                "text": part.span.cut(checked.text),
                "likeness": round(part.likeness, 3),
                "places": [citation_json(place) for place in part.places],
                "pieces": [{"said": one.said, "written": one.written, "same": one.same} for one in part.pieces],
                "differences": [
                    {"kind": one.kind, "said": one.said, "written": one.written} for one in part.differences
                ],
                "note": part.note or None,
            }
            for part in checked.parts
        ],
        "searched": scope_json(checked.reach, checked.scope),
    }


def draft_lines(checked: CheckedDraft) -> Iterator[str]:
    """Render a checked draft for a terminal, with altered words as `[-the article's-]{+the draft's+}`."""
    yield summary_line(checked)
    yield looked_line(checked)
    for part in checked.parts:
        marks = ("“", "”") if part.form == "quotation" else ("", "")
        lead = " " * (_WIDEST + 2)
        yield ""
        yield f"{MARK_WORDS[part.mark]:{_WIDEST}}  {one_line(part.span.cut(checked.text)).join(marks)}"
        if part.pieces:
            yield lead + one_line(pieces_text(part.pieces))
        elif part.mark == "similar":
            yield f"{lead}nearest: {one_line(part.places[0].quote)}"
        yield from (lead + one_line(words) for words in difference_lines(part))
        yield from (lead + place for place in dict.fromkeys(place_lines(part)))


def summary_line(checked: CheckedDraft) -> str:
    """Count the marks of the sentences and of the quotations, in a sentence each."""
    lines = []
    for form in ("sentence", "quotation"):
        counts = checked.counts("sentence" if form == "sentence" else "quotation")
        if total := sum(counts.values()):
            marks = ", ".join(f"{count:,} {MARK_WORDS[mark]}" for mark, count in counts.items() if count)
            lines.append(f"{counted(total, form)}: {marks}.")
    return " ".join(lines)


def looked_line(checked: CheckedDraft) -> str:
    """Report how many articles were searched for the draft, and their days or filters."""
    reach, scope = checked.reach, checked.scope
    days = " to ".join(dict.fromkeys(long_day(day) for day in (reach.first, reach.last) if day))
    asked = f" ({scope_words(scope)})" if not scope.is_whole else f", published {days}" if days else ""
    return f"Looked for in {counted(reach.articles, 'article')}{asked}."


def difference_lines(part: Checked) -> Iterator[str]:
    """Describe each difference in a figure, day or name, and add the note if there is one."""
    yield from (difference_words(difference) for difference in part.differences)
    if part.note:
        yield part.note


def place_lines(part: Checked) -> Iterator[str]:
    """Name the article and the place of each part."""
    for place in part.places:
        article, span = place.article, place.span
        where = filter(None, (article.path, f"characters {span.start} to {span.end}", page_words(place)))
        yield one_line(f"{', '.join(where)}: {source_line(article)}")


def pieces_text(pieces: Sequence[Piece]) -> str:
    """Write a text word by word as `git diff --word-diff` does.

    >>> pieces_text([Piece("cost ", "cost ", True), Piece("84 ", "48 ", False), Piece("crowns", "crowns", True)])
    'cost [-48-]{+84+} crowns'
    """
    text = ""
    for piece in pieces:
        if piece.same:
            text += piece.said
            continue
        written, said = piece.written.strip(), piece.said.strip()
        text += (f"[-{written}-]" if written else "") + (f"{{+{said}+}}" if said else "")
        text += " " if (piece.said or piece.written)[-1:].isspace() else ""
    return text
