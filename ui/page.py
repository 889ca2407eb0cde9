"""The page: a chat on the shelf, with the articles beside it."""

from functools import partial

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from index.errors import DatelineError
from index.parts import Parts
from index.wording import counted, long_day
from rag.answers import LONGEST_QUESTION
from rag.chat import ChatModel
from ui.answer import citation_key, citations_shown, show_answer
from ui.indexing import Indexing, get_indexing
from ui.look import ICON, show_style, show_text
from ui.reader import show_reader
from ui.shelf_panel import LOOK_SECONDS, show_shelf_panel
from ui.turns import Turn

OUTDATED = "This article was changed or removed since the answer. This is the text the answer quotes."


# How often an answer that grows is looked at.
_GROWS_SECONDS = 0.15


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
        show_shelf_panel(indexing, turns)
    take = partial(_take_question, turns, indexing)
    st.chat_input("Ask about the news", key="question", on_submit=take)
    empty = st.empty()
    if not turns:
        with empty.container(key="welcome"):
            st.fragment(_show_welcome, run_every=LOOK_SECONDS)(indexing)
    for number in range(len(turns)):
        _show_turn(turns, number, newest=number == len(turns) - 1)
    _show_opened(turns, indexing.parts)


def _take_question(turns: list[Turn], indexing: Indexing) -> None:
    """Take a question from the chat's input, whatever else wants the page to be drawn again.

    Looking into the session's state lets a newer run begin, and Streamlit then counts this one
    as having taken the question: so it is taken first, and the newer run begins afterwards.
    """
    interrupted = None
    while True:
        try:
            # One character over the limit is enough to be told about it.
            question, chat = st.session_state["question"][: LONGEST_QUESTION + 1], _chosen_chat(indexing)
            break
        except RerunException as error:
            interrupted = error
    turns.append(Turn(question, parts=indexing.parts, before=turns, chat=chat))
    if interrupted:
        raise interrupted


def _chosen_chat(indexing: Indexing) -> ChatModel | None:
    return next((chat for chat in indexing.chats if chat.name == st.session_state.get("chat")), None)


def _show_welcome(indexing: Indexing) -> None:
    with indexing.parts.shelf.read() as reading:
        reach = reading.reach()
    st.html('<h1 class="dl-welcome">Ask the shelf</h1>')
    if reach.articles:
        days = " to ".join(dict.fromkeys(long_day(day) for day in (reach.first, reach.last) if day))
        articles = counted(reach.articles, "article")
        told = "rest on sentences of" if indexing.chats else "are quoted word for word from"
        text = f"Answers {told} {articles}{f' ({days})' if days else ''}."
    elif indexing.progress.running:
        text = "The articles are being read. You can ask as soon as the first one is on the shelf."
    else:
        text = f"No article yet. Put .txt or .md files into {indexing.parts.settings.seeds} and press Re-index."
    show_text(text, kind="lead")


def _show_turn(turns: list[Turn], number: int, *, newest: bool) -> None:
    turn = turns[number]
    with st.container(key=f"turn-{number}{'-newest' if newest else ''}"):
        show_text(turn.question, kind="question")
        # A click on a quote redraws this part only, as does each look at an answer that grows.
        growing = turn.under_way
        show = st.fragment(_show_growing, run_every=_GROWS_SECONDS if growing else None)
        show(turns, number, newest=newest, growing=growing)


def _show_growing(turns: list[Turn], number: int, *, newest: bool, growing: bool) -> None:
    if number >= len(turns):
        return  # a look that was on its way when a new chat was started
    turn = turns[number]
    ended = not turn.under_way  # before it is shown, so that its end is not missed
    if turn.problem:
        show_text(turn.problem, kind="problem")
    if turn.answer or not turn.problem:
        show_answer(
            number,
            turn,
            scroll_to=turn.id if newest else "",
            can_ask=_chosen_chat(get_indexing()) is not None,
            ask_again=partial(_ask_again, turns),
            search_again=partial(_search_again, turns),
        )
    if growing and ended:
        st.rerun()  # once more, to be looked at no longer


def _ask_again(turns: list[Turn], number: int) -> None:
    turns[number] = turns[number].asked_again(_chosen_chat(get_indexing()))


def _search_again(turns: list[Turn], number: int, searched_as: str) -> None:
    turns[number] = turns[number].searched_again(searched_as, _chosen_chat(get_indexing()))


def _show_opened(turns: list[Turn], parts: Parts) -> None:
    """Open the drawer, if the reader has clicked on a quote or an article."""
    match st.session_state.get("opened"):
        case ("quote", int(turn), str(key)) if turn < len(turns) and (answer := turns[turn].answer):
            cited = list(citations_shown(answer))
            clicked = next((number for number, citation in enumerate(cited) if citation_key(citation) == key), None)
            if clicked is not None:
                article = cited[clicked].article
                with parts.shelf.read() as reading:
                    current = bool(reading.articles([article.id]))
                show_reader(article, cited, clicked=clicked, note="" if current else OUTDATED)
        case ("article", str(path)):
            try:
                with parts.shelf.read() as reading:
                    article = reading.article(path)
            except DatelineError as error:
                st.session_state.pop("opened")
                show_text(str(error), kind="problem")
                return
            show_reader(article, [], clicked=0, note="")
