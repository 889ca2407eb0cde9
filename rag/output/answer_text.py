"""An answer as text for a terminal, and the wording that other formats share."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence

from index.core.formatting import counted, long_day, none_in_scope, one_line, place_line, scope_words, short_day
from index.core.scope import WHOLE, Scope
from index.shelf.queries import Listing
from index.text.articles import Article
from index.text.languages import name_of_language
from rag.analysis.disagreements import Disagreement, Side, disagreements_of
from rag.analysis.figure_history import Figure, figure_history
from rag.answering.models import Answer, Dated, Part, Prose, Searched
from rag.answering.sources import count_sources
from rag.catalogue.answers import ShelfAnswer
from rag.evidence.attribution import Kind, speech_of
from rag.evidence.citations import Citation, Statement, number_citations
from rag.evidence.event_dates import when_of
from rag.language.certainty import read_certainty
from rag.llm.client import Usage
from rag.retrieval.passages import Passage
from rag.retrieval.search import Hit
from rag.retrieval.spelling import Correction

NOTHING_FOUND = "Nothing found on the shelf."
MAY_ANSWER = "Closest on the shelf; these may answer:"
CLOSEST = "Closest sentences:"
NO_ANSWER_FOUND = "The model finds no answer on the shelf."
KEYWORDS_ONLY = "Keyword search only."
UNFINISHED = "This answer is unfinished."
STOPPED = "Stopped before the model had written anything."
OVER_TIME = "Over time:"
WITHOUT_MODEL = "Found without the model:"
_KIND_WORDS: Mapping[Kind, str] = {"direct": "direct quote", "indirect": "indirect speech", "statement": "statement"}
# A "statement" or "release" needs no label.
_IS_A_STATEMENT = re.compile(r"\b(?:statement|release|reports?|records|study|survey)\b")
_COPIES_NAMED = 5
_TIMES_SHOWN = 3  # of a quote
_WORDS_NAMED = 4
_LONGEST_SHOWN = 120  # characters of a question, in a line about it


def answer_text(answer: Answer) -> str:
    """Return an answer for a terminal."""
    prose = prose_text(answer.prose) if answer.prose else ""
    return "\n".join([*head_lines(answer), *([prose, ""] if prose else []), *foot_lines(answer)])


def head_lines(answer: Answer) -> Iterator[str]:
    """Yield notes on the search that belong before the answer."""
    if answer.standalone.subject or answer.searched_as != one_line(answer.question):
        yield f"Searched for: {one_line(answer.searched_as)}"
    if words := corrections_words(answer.searched.corrections):
        yield words
    if answer.searched.problem:
        yield f"{KEYWORDS_ONLY} {answer.searched.problem}"
    if note := language_note(answer):
        yield note
    if note := dated_note(answer.dated):
        yield f"{note}."
    if note := meaning_note(answer.searched):
        yield f"{note}."


def corrections_words(corrections: Sequence[Correction]) -> str:
    """Return which words were searched for in place of those typed, or are offered; "" if there are none.

    >>> corrections_words([Correction("Hollt", "Holt", True), Correction("mast", "mist", False)])
    'Searched for “Holt” instead of “Hollt”. Did you mean “mist” (for “mast”)?'
    """
    sure = [f"“{one_line(one.meant)}” instead of “{one_line(one.typed)}”" for one in corrections if one.sure]
    offered = [f"“{one_line(one.meant)}” (for “{one_line(one.typed)}”)" for one in corrections if not one.sure]
    parts = [
        f"Searched for {', '.join(sure)}." if sure else "",
        f"Did you mean {', '.join(offered)}?" if offered else "",
    ]
    return " ".join(filter(None, parts))


def language_note(answer: Answer) -> str:
    """Return what is not shown of quotes that are not in English; "" if all are."""
    cited = (citation for statement in answer.statements for citation in statement.citations)
    others = {name_of_language(one.article.language) for one in (*answer.quotes, *cited) if not one.in_english}
    if not others:
        return ""
    return f"Quotes in {' and '.join(sorted(others))} have no labels and no checks, which are made for English."


def dated_note(dated: Dated | None) -> str:
    """Return how the days that a question names narrowed the search; "" if it names none.

    >>> from datetime import date
    >>> dated_note(Dated("last week", date(2026, 2, 9), date(2026, 2, 18), used=True, chosen=WHOLE))
    'Published 9 Feb to 18 Feb 2026, for “last week”'
    """
    if dated is None:
        return ""
    days = scope_words(Scope(dated.since, dated.until))
    if dated.used:
        return f"Published {days}, for “{dated.phrase}”"
    return f"Nothing published {days} (“{dated.phrase}”) answers this: all days were searched"


def meaning_note(searched: Searched) -> str:
    """Return how much semantic search covers so far; "" if it covers everything."""
    if searched.embedded >= searched.chunks or searched.problem:
        return ""
    return f"Semantic search: {searched.embedded:,} of {searched.chunks:,} passages so far, keyword search all of them"


def prose_text(prose: Prose) -> str:
    """Return what a model has written: each statement with the numbers of its quotes and its verdict.

    The text of an unfinished answer is the beginning of the finished text, so a terminal can print the rest alone.
    """
    numbers = number_citations(prose.statements)
    text = ""
    for place, statement in enumerate(prose.statements):
        text += ("\n" if statement.new_line else " ") if place else ""
        text += one_line(statement.text)
        if statement.verdict == "unfinished" and prose.under_way:
            break  # its verdict is known once it is complete
        text += "".join(f" [{numbers[citation]}]" for citation in statement.citations)
        text += "".join(f" [{number}?]" for number in statement.unresolved)
        if mark := verdict_mark(statement):
            text += f" ({mark})"
    return text


def verdict_mark(statement: Statement) -> str:
    """Return the verdict on a statement with the reason; "" if its quotes support it.

    >>> from rag.evidence.citations import Doubt
    >>> verdict_mark(Statement("He left.", (), "uncited", Doubt("no_source", "No source cited.")))
    'uncited: No source cited.'
    """
    if statement.verdict == "supported":
        return ""
    return f"{statement.verdict}: {statement.message}" if statement.doubt else statement.verdict


def foot_lines(answer: Answer) -> Iterator[str]:
    """Yield the quotes and what was searched: all of an answer without prose, or what follows the prose."""
    prose = answer.prose
    if note := ending_note(answer):
        yield note
    cited = number_citations(answer.statements)
    yield from _first_lines(answer)
    if history := figure_history(answer):
        yield history_line(history)
    if answer.parts and not (prose and (prose.statements or prose.refused)):
        yield from _part_lines(answer, cited)
    elif cited:
        yield from _card_lines(cited, answer)
    if words := count_sources(answer).words:
        yield f"({words})"
    if beside := quotes_beside(answer):
        yield WITHOUT_MODEL
        yield from _closest_lines(beside)
    if answer.level != "answers" and not answer.about_shelf:
        yield searched_line(answer)
    for disagreement in disagreements_of(answer):
        yield from disagreement_lines(disagreement, shown={*cited, *answer.quotes})
    if prose and prose.usage:
        yield usage_line(prose)


def listed_lines(about: ShelfAnswer) -> Iterator[str]:
    """Yield the articles of an answer about the shelf that no quote is shown of."""
    quoted = {citation.article.id for citation in about.citations}
    for listing in about.articles:
        if listing.id not in quoted:
            where = place_line(listing.outlet, None, listing.published)
            yield f"{one_line(listing.title or listing.path)}{f' ({where})' if where else ''}"
    if about.more:
        yield f"and {about.more:,} more"


def history_line(history: Sequence[Figure]) -> str:
    """Return how a figure changed, on one line: "Over time: 4 (9 Mar) → 7 (10 Mar)"."""
    figures = (f"{one_line(figure.value)} ({day})" for figure, day in with_days(history))
    return f"{OVER_TIME} {' → '.join(figures)}"


def with_days(history: Sequence[Figure]) -> Iterator[tuple[Figure, str]]:
    """Yield each figure with its day in words; with the year if they are of different years."""
    one_year = len({figure.day.year for figure in history}) == 1
    for figure in history:
        yield figure, short_day(figure.day) if one_year else long_day(figure.day)


def _first_lines(answer: Answer) -> Iterator[str]:
    """Yield what comes before the quotes."""
    if words := level_words(answer):
        yield words
    if answer.about_shelf:
        yield from (f"  - {line}" for line in listed_lines(answer.about_shelf))


def part_words(part: Part) -> str:
    """Return how sure it is that the quotes of one of several questions answer it; "" if they do."""
    if part.quoted.level == "nothing":
        return f"{absent_words(part.absent)}{NOTHING_FOUND}"
    return MAY_ANSWER if part.quoted.level == "may_answer" else ""


def _part_lines(answer: Answer, cited: Mapping[Citation, int]) -> Iterator[str]:
    """List the quotes of each of several questions below it."""
    for part in answer.parts:
        yield one_line(part.question)
        if words := part_words(part):
            yield words
        yield from _card_lines({one: cited[one] for one in part.quoted.citations if one in cited}, answer)


def ending_note(answer: Answer) -> str:
    """Return why the prose or its second look is incomplete; "" if they are complete, under way or not requested."""
    prose = answer.prose
    if prose is None or prose.under_way:
        return ""
    if prose.state == "stopped":
        return UNFINISHED if prose.statements else STOPPED
    return f"{UNFINISHED} {prose.problem}" if prose.unfinished else prose.problem


def level_words(answer: Answer) -> str:
    """Return how sure it is that an answer's quotes answer; "" if they do, or while a model writes."""
    if answer.about_shelf:
        return answer.about_shelf.text
    if answer.level == "answers" or (answer.prose and answer.prose.under_way):
        return ""
    if answer.parts and not answer.prose:
        return ""  # each part says it
    reason = "" if answer.quotes else absent_words(answer.searched.absent)
    if answer.prose and answer.prose.refused:
        return f"{NO_ANSWER_FOUND} {CLOSEST}" if answer.quotes else f"{reason}{NO_ANSWER_FOUND}"
    if answer.level == "nothing":
        return f"{reason}{NOTHING_FOUND}"
    absent = absent_words(answer.searched.absent_names)
    return "" if answer.prose and answer.prose.statements else f"{absent}{MAY_ANSWER}"


def quotes_beside(answer: Answer) -> list[Citation]:
    """Return the quotes found without the model that its text does not cite; none if there is no such text."""
    cited = number_citations(answer.statements)
    return [quote for quote in answer.quotes if quote not in cited]


def usage_line(prose: Prose) -> str:
    """Return the model with its tokens and cost."""
    return f"{prose.model}: {usage_words(prose.usage)}" if prose.usage else prose.model


def usage_words(usage: Usage) -> str:
    """Return tokens and cost in words.

    >>> usage_words(Usage(1240, 85, False, 0.00048))
    '1,240 tokens in, 85 out, $0.0005'
    """
    about = "about " if usage.counted_here else ""
    cost = "" if usage.dollars is None else f", ${usage.dollars:.4f}"
    return f"{about}{usage.tokens_in:,} tokens in, {usage.tokens_out:,} out{cost}"


def _card_lines(cited: Mapping[Citation, int], answer: Answer) -> Iterator[str]:
    """List numbered quotes, grouped by article in the order of first use."""
    for article in dict.fromkeys(citation.article for citation in cited):
        yield source_line(article)
        if words := copies_words(answer.copies.get(article.id, ())):
            yield f"  ({words})"
        for citation, number in cited.items():
            if citation.article == article:
                yield f"  [{number}] {one_line(citation.quote)}{quote_note(citation)}"


def copies_words(copies: Sequence[Listing]) -> str:
    """Return how many copies of an article are on the shelf, and where; "" if there are none.

    >>> from datetime import date
    >>> copies_words([Listing("1", "a.txt", "T", date(2026, 2, 3), None, "The Lamp", 2)])
    '1 copy on the shelf: The Lamp'
    """
    if not copies:
        return ""
    names = list(dict.fromkeys(one_line(copy.outlet or copy.path) for copy in copies))
    more = [f"{len(names) - _COPIES_NAMED} more"] if len(names) > _COPIES_NAMED else []
    how_many = counted(len(copies), "copy", "copies")
    return f"{how_many} on the shelf: {', '.join(names[:_COPIES_NAMED] + more)}"


def said_words(citation: Citation) -> str:
    """Return who says a quote, in whose words, its certainty, and the days it refers to.

    The article's own voice and the certainty "reported" are left out.

    >>> from index.text.spans import Span
    >>> text = '"We plan to start soon," Ines Okafor said.'
    >>> article = Article("1", "a.txt", "", text, Span(0, len(text)), None, None, None, None, None)
    >>> said_words(Citation(article, article.body))
    'Ines Okafor, direct quote · planned'
    """
    if not citation.in_english:
        return ""
    speech, certainty = speech_of(citation), read_certainty(citation.quote)
    kind = _KIND_WORDS.get(speech.kind, "")
    named = speech.kind == "statement" and _IS_A_STATEMENT.search(speech.speaker)
    words = speech.speaker if named else ", ".join(filter(None, (speech.speaker, kind)))
    days = [one.words for one in when_of(citation) if one.is_relative][:_TIMES_SHOWN]
    words = " · ".join(filter(None, (words, "" if certainty == "reported" else certainty, *days)))
    return one_line(words[:1].upper() + words[1:])


def quote_note(citation: Citation) -> str:
    """Return the page of a quote and who says it, in brackets; "" if neither is known."""
    notes = ", ".join(filter(None, (page_words(citation), said_words(citation))))
    return f" ({notes})" if notes else ""


def page_words(citation: Citation) -> str:
    """Return the pages of a quote, and if OCR read one of them; "" if its article has no pages."""
    if not (pages := citation.article.pages_of(citation.span)):
        return ""
    numbers = f"page {pages[0]}" if len(pages) == 1 else f"pages {pages[0]} to {pages[-1]}"
    return f"{numbers}, read by OCR" if citation.by_ocr else numbers


def where_words(citation: Citation) -> str:
    """Return the outlet, place, day and page of a quote, not escaped."""
    article = citation.article
    return ", ".join(filter(None, (place_line(article.outlet, article.place, article.published), page_words(citation))))


def disagreement_lines(disagreement: Disagreement, *, shown: Container[Citation] = ()) -> Iterator[str]:
    """Yield a disagreement on one line, and its quotes that are not shown above it."""
    yield f"{disagreement.title}: {' · '.join(words for _, words in sides_words(disagreement))}"
    if disagreement.note:
        yield f"  {disagreement.note}"
    for side in disagreement.sides:
        if side.citation not in shown:
            yield f"  {one_line(side.citation.quote)}{quote_note(side.citation)}"
            yield f"    {source_line(side.citation.article)}"


def sides_words(disagreement: Disagreement) -> Iterator[tuple[Side, str]]:
    """Yield each side with its differing words, its day and its outlet, or who says it if that tells them apart."""
    articles = {side.citation.article.id: side.citation.article for side in disagreement.sides}
    years = {article.published.year for article in articles.values() if article.published}
    for side in disagreement.sides:
        article = side.citation.article
        day = short_day(article.published) if len(years) == 1 else long_day(article.published)
        source = article.outlet or article.title
        if len(articles) == 1:
            source = speech_of(side.citation).speaker or source
        more = f" and {counted(len(side.also), 'other article')}" if side.also else ""
        yield side, f"{one_line(side.words)} ({', '.join(filter(None, (day, one_line(source))))}{more})"


def hit_lines(hits: Sequence[tuple[Hit, Passage]], problem: str, scope: Scope = WHOLE) -> Iterator[str]:
    """Yield the hits of a search for a terminal."""
    if problem:
        yield f"{KEYWORDS_ONLY} {problem}"
    if not hits:
        words = scope_words(scope)
        yield f"Nothing in scope ({words}) matches." if words else "Nothing on the shelf matches."
    for hit, passage in hits:
        pages = page_words(Citation(passage.article, passage.span))
        yield f"{hit.rank}. {', '.join(filter(None, (source_line(passage.article), pages)))}"
        yield f"   {one_line(passage.text)}"


def source_line(article: Article) -> str:
    """Return the title of an article with its outlet, place and day."""
    where = place_line(article.outlet, article.place, article.published)
    return f"{article.title} ({where})" if where else article.title


def searched_line(answer: Answer) -> str:
    """Return what was searched, and which words of the question no article has."""
    searched, reach = answer.searched, answer.searched.reach
    if not searched.on_shelf:
        return "The shelf is empty. Put articles into the seeds folder and index them."
    if not reach.articles:
        return none_in_scope(searched.scope, searched.on_shelf)
    articles = counted(reach.articles, "article")
    if not searched.scope.is_whole:
        articles = f"{reach.articles:,} of {counted(searched.on_shelf, 'article')} ({scope_words(searched.scope)})"
    days = " to ".join(dict.fromkeys(long_day(day) for day in (reach.first, reach.last) if day))
    # The scope already has the days.
    published = f", published {days}" if days and not searched.scope.has_days else ""
    undated = f", {reach.undated:,} undated" if reach.undated else ""
    asked = answer.searched_as
    asked = asked if len(asked) <= _LONGEST_SHOWN else f"{asked[:_LONGEST_SHOWN]}…"
    return f"Searched {articles}{published}{undated}, for: {asked}"


def absent_words(absent: Sequence[str]) -> str:
    """Return which words no article has; "" if there are none.

    >>> absent_words(("Kalorkan", "sluice"))
    'No article mentions “Kalorkan” or “sluice”. '
    """
    named = [f"“{one_line(word)}”" for word in absent[:_WORDS_NAMED]]
    return f"No article mentions {' or '.join(named)}. " if named else ""


def _closest_lines(closest: Sequence[Citation]) -> Iterator[str]:
    for citation in closest:
        yield f"  - {one_line(citation.quote)}{quote_note(citation)}"
        yield f"    {source_line(citation.article)}"
