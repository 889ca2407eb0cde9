"""The page: a chat on the shelf, with the articles beside it."""

from dataclasses import dataclass, field
from uuid import uuid4

import streamlit as st

from index.errors import DatelineError
from index.parts import Parts
from index.wording import counted, long_day
from rag.answers import LONGEST_QUESTION, Answer, answer_question
from ui.answer import show_answer
from ui.indexing import Indexing, get_indexing
from ui.look import ICON, show_style, show_text
from ui.reader import show_reader
from ui.shelf_panel import LOOK_SECONDS, show_shelf_panel

OUTDATED = "This article was changed or removed since the answer. This is the text the answer quotes."


@dataclass(slots=True)
class Turn:
    """A question of this chat; the answer and the problem come when they are known."""

    question: str
    answer: Answer | None = None
    problem: str = ""
    id: str = field(default_factory=lambda: uuid4().hex)


def show_page() -> None:
    """Show the whole page for one reader."""
    st.set_page_config(page_title="Dateline", page_icon=ICON, layout="centered")
    show_style()
    try:
        indexing = get_indexing()
    except DatelineError as error:
        show_text(str(error), kind="problem")
        return
    indexing.start_once()
    turns: list[Turn] = st.session_state.setdefault("turns", [])
    with st.sidebar:
        show_shelf_panel(indexing)
    st.chat_input("Ask about the news", key="question", on_submit=_take_question, args=(turns,))
    empty = st.empty()
    if not turns:
        with empty.container(key="welcome"):
            st.fragment(_show_welcome, run_every=LOOK_SECONDS)(indexing)
    for number, turn in enumerate(turns):
        _show_turn(number, turn, indexing.parts, newest=number == len(turns) - 1)
    _show_opened(turns, indexing.parts)


def _take_question(turns: list[Turn]) -> None:
    # One character over the limit is enough to be told about it.
    turns.append(Turn(st.session_state["question"][: LONGEST_QUESTION + 1]))


def _show_welcome(indexing: Indexing) -> None:
    with indexing.parts.shelf.read() as reading:
        reach = reading.reach()
    st.html('<h1 class="dl-welcome">Ask the shelf</h1>')
    if reach.articles:
        days = " to ".join(dict.fromkeys(long_day(day) for day in (reach.first, reach.last) if day))
        articles = counted(reach.articles, "article")
        text = f"Answers are quoted word for word from {articles}{f' ({days})' if days else ''}."
    elif indexing.progress.running:
        text = "The articles are being read. You can ask as soon as the first one is on the shelf."
    else:
        text = f"No article yet. Put .txt or .md files into {indexing.parts.settings.seeds} and press Re-index."
    show_text(text, kind="lead")


def _show_turn(number: int, turn: Turn, parts: Parts, *, newest: bool) -> None:
    with st.container(key=f"turn-{number}{'-newest' if newest else ''}"):
        show_text(turn.question, kind="question")
        if not turn.answer and not turn.problem:
            with st.spinner("Reading the articles"):
                try:
                    turn.answer = answer_question(turn.question, parts=parts)
                except DatelineError as error:
                    turn.problem = str(error)
                except Exception as error:  # noqa: BLE001 (the reader is told; the chat goes on)
                    turn.problem = f"The question could not be answered ({type(error).__name__}). Re-index, ask again."
        if turn.problem:
            show_text(turn.problem, kind="problem")
        elif turn.answer:
            # A click on a quote redraws this part only, and so waits for a question that is being answered:
            # a redrawing of the page would break it off.
            st.fragment(show_answer)(number, turn.answer, scroll_to=turn.id if newest else "")


def _show_opened(turns: list[Turn], parts: Parts) -> None:
    """Open the drawer, if the reader has clicked on a quote or an article."""
    match st.session_state.get("opened"):
        case ("quote", int(turn), int(quote)) if turn < len(turns) and (answer := turns[turn].answer):
            cited = answer.refusal.closest if answer.refusal else [s.citations[0] for s in answer.statements]
            if quote < len(cited):
                article = cited[quote].article
                with parts.shelf.read() as reading:
                    current = bool(reading.articles([article.id]))
                show_reader(article, cited, clicked=quote, note="" if current else OUTDATED)
        case ("article", str(path)):
            try:
                with parts.shelf.read() as reading:
                    article = reading.article(path)
            except DatelineError as error:
                st.session_state.pop("opened")
                show_text(str(error), kind="problem")
                return
            show_reader(article, [], clicked=0, note="")
