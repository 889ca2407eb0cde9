"""The page: a chat about the articles on the shelf, which open next to it."""

import time
from collections.abc import Sequence
from functools import partial

import streamlit as st

from index.core.errors import BadQuestion, DatelineError, ShelfUnusable, UnknownChat
from index.core.formatting import counted, long_day, one_line
from rag.answering.models import Answer
from rag.answering.query import clean_question
from rag.evidence.citations import Citation
from rag.output.alerts import quotes_words
from ui.app.sidebar import show_sidebar, start_new_chat
from ui.article.open_link import show_opened
from ui.browser.address import Address, go, here
from ui.browser.clicks import draw
from ui.browser.live import redraw_on_change
from ui.browser.look import ICON, keep_history, make_component, reporting_errors, show_keys, show_style, show_text
from ui.chat.answer import Acts, citations_shown, show_answer
from ui.pages.alert import found_citations, show_alert_page
from ui.pages.draft import show_draft_page
from ui.pages.notebook import pinned_citations, show_notebook_page
from ui.pages.shelf import show_shelf_page
from ui.server.chats import OpenChat, OpenChats
from ui.server.services import Services, get_services
from ui.sidebar.filters import chosen_scope, keep_choices, show_narrowing
from ui.sidebar.models import chosen_model

_suggested = make_component("suggested")
_PAGES = {"shelf": "The shelf", "draft": "Check a draft", "notebook": "Notebook", "alerts": "Alert"}
_TITLE = 60  # characters of a question in the name of the tab
# The shortest interval at which an unfinished answer is redrawn.
_GROWS_SECONDS = 0.15
# How long a redraw waits before it ends: at least, and at most until there is more to show. Streamlit discards what
# was drawn if the next redraw begins before it was sent: with ten readers on a busy machine, nothing was shown at all.
_STAYS_SECONDS = (0.1, 0.4)
# The quotes are usually found so soon that no second redraw is needed.
_FIRST_SECONDS = 0.25


def show_page() -> None:
    """Show the whole page for one reader."""
    page = here().page
    st.set_page_config(page_title="Dateline", page_icon=ICON, layout="wide" if page == "shelf" else "centered")
    show_style()
    keep_history()
    try:
        services = get_services()
    except DatelineError as error:
        show_text(str(error), kind="problem")
        return
    services.start()
    keep_choices()
    chat, problem = _find_chat(services.chats)
    st.set_page_config(page_title=_title(page, chat))
    show_keys(chat.turns[-1].question if chat.turns else "")
    if not page and chat.turns and not chat.turns[-1].changes:
        chat.turns[-1].wait_for_more(1, _FIRST_SECONDS)
    with st.sidebar:
        show_sidebar(services, chat)
    with st.container():
        if problem and not page:
            show_text(problem, kind="problem")
    if page == "shelf":
        show_shelf_page(services)
    elif page == "draft":
        show_draft_page(services)
    elif page == "notebook":
        show_notebook_page(services)
    elif page == "alerts":
        show_alert_page(services)
    else:
        _show_chat(chat, services)
    show_opened(_cited(chat, services), services.chats.kept, services.library, services.indexer.start)


def _title(page: str, chat: OpenChat) -> str:
    """Return the name of the tab: the page, or the last question of the chat."""
    asked = one_line(chat.turns[-1].question) if chat.turns else ""
    about = _PAGES.get(page, f"{asked[:_TITLE]}…" if len(asked) > _TITLE else asked)
    return f"{about} · Dateline" if about else "Dateline"


def _find_chat(chats: OpenChats) -> tuple[OpenChat, str]:
    """Return the chat that the address names, or a new one, and what is wrong with the address."""
    state, address = st.session_state, here()
    shown: OpenChat = state.setdefault("shown", chats.new())
    addressed = state.setdefault("addressed", "")  # what the address was when `shown` was chosen
    if shown.turns and addressed != shown.id:  # its first question was just asked
        state["addressed"], state["problem"] = shown.id, ""
        go(Address(chat=shown.id))
    elif address.chat != addressed:
        state["problem"] = ""
        try:
            shown = chats.get(address.chat) if address.chat else chats.new()
        except (UnknownChat, ShelfUnusable) as error:
            shown, state["problem"] = chats.new(), str(error)
        state["shown"], state["addressed"] = shown, address.chat
    return shown, state.get("problem", "")


def _show_chat(chat: OpenChat, services: Services) -> None:
    with st.bottom:
        show_narrowing(services)
        with st.container():
            if problem := st.session_state.get("not-asked"):
                show_text(problem, kind="problem")
        st.chat_input("Ask about the news", key="question", on_submit=partial(_take_question, services))
    # The container exists with and without a welcome: see the sidebar.
    with st.container(key="welcome"):
        if not chat.turns:
            redraw_on_change("welcome", services.pulse.value, partial(_show_welcome, chat, services))
    for place in range(len(chat.turns)):
        _show_turn(chat, place, newest=place == len(chat.turns) - 1)


def _take_question(services: Services) -> None:
    state = st.session_state
    question, model, scope = state["question"], chosen_model(services), chosen_scope()
    try:
        clean_question(question)
    except BadQuestion as error:
        state["question"], state["not-asked"] = question, str(error)  # the reader shortens it in the box
        return
    state["not-asked"] = ""
    if state.get("new-chat"):
        start_new_chat(services.chats)
    chat: OpenChat = state.setdefault("shown", services.chats.new())
    chat.ask(question, model, scope=scope)


@reporting_errors
def _show_welcome(chat: OpenChat, services: Services) -> None:
    with services.library.shelf.read() as reading:
        reach = reading.reach()
    st.html('<h1 class="dl-welcome">Ask the shelf</h1>')
    if reach.articles:
        days = " to ".join(dict.fromkeys(long_day(day) for day in (reach.first, reach.last) if day))
        articles = counted(reach.articles, "article")
        source = "cite sentences from" if services.models else "are quoted word for word from"
        text = f"Answers {source} {articles}{f' ({days})' if days else ''}."
    elif services.indexer.progress.running:
        text = "Reading the articles. You can ask as soon as the first one is on the shelf."
    else:
        text = (
            "No articles yet. Drop files on Add articles, or put them into "
            f"{services.library.settings.seeds} and press Re-index."
        )
    show_text(text, kind="lead")
    _show_what_is_new(services)
    if questions := services.suggestions.questions:
        clicks = draw(_suggested, key="suggested", data=list(questions), about=chat.id)
        clicks.do("ask", partial(_ask_suggested, chat, services), str)


def _ask_suggested(chat: OpenChat, services: Services, question: str) -> None:
    model, scope = chosen_model(services), chosen_scope()
    if question in services.suggestions.questions and not chat.turns:  # a double click asks only once
        chat.ask(question, model, scope=scope)


@reporting_errors
def _show_what_is_new(services: Services) -> None:
    """Show here too what alerts have found: on a phone the sidebar is closed."""
    if not (found := [listing for listing in services.alerts.listings() if listing.quotes]):
        return
    asked = "an alert" if len(found) == 1 else f"{len(found):,} alerts"
    label = f"{quotes_words(sum(listing.quotes for listing in found))} on {asked}"
    if st.button(label, key="open-new", width="stretch"):
        go(Address(page="alerts", chat=here().chat, question=found[0].asked.number))
        st.rerun()


def _show_turn(chat: OpenChat, place: int, *, newest: bool) -> None:
    turn = chat.turns[place]
    with st.container(key=f"turn-{place}{'-newest' if newest else ''}"):
        show_text(turn.question, kind="question")
        growing = turn.under_way
        if newest or growing:
            # While an answer grows, only this part is redrawn.
            show = st.fragment(_show_growing, run_every=_GROWS_SECONDS if growing else None)
            show(chat, place, [], newest=newest, growing=growing)
        else:
            # A fragment costs as much as its content: too much in a chat of a hundred turns.
            _show_answered(chat, place, newest=False)


def _show_growing(chat: OpenChat, place: int, looks: list[None], *, newest: bool, growing: bool) -> None:
    """Show an answer; `looks` has one entry for each time it was drawn before."""
    if st.session_state.get("shown") is not chat or here().page:
        return  # the reader has opened another chat or page meanwhile: the answer would be drawn there too
    turn = chat.turns[place]
    seen, ended = turn.changes, not turn.under_way  # read before it is shown, so that its end is not missed
    _show_answered(chat, place, newest=newest)
    if growing and ended:
        st.rerun()  # one last time, without the timer
    if growing and looks:
        least, most = _STAYS_SECONDS
        until = time.monotonic() + least
        turn.wait_for_more(seen, most)
        time.sleep(max(0.0, until - time.monotonic()))
    looks.append(None)


def _show_answered(chat: OpenChat, place: int, *, newest: bool) -> None:
    turn = chat.turns[place]
    with st.container():  # always there, so that the field in which the reader types does not move
        for problem in filter(None, (turn.problem, turn.not_kept)):
            show_text(problem, kind="problem")
    if turn.answer or not turn.problem:
        services = get_services()
        model, answer = chosen_model(services), turn.answer
        has_alert = answer is not None and not turn.under_way and services.alerts.is_kept(answer)
        acts = Acts(
            ask_again=lambda: chat.ask_again(place, model),
            search_again=lambda words: chat.search_again(place, words, model),
            ask_all_days=lambda: chat.ask_all_days(place, model),
            add_alert=None if has_alert or not answer else partial(_add_alert, services, answer),
            can_ask=model is not None,
        )
        show_answer(place, turn, acts=acts, scroll_to=turn.id if newest else "")


def _add_alert(services: Services, answer: Answer) -> None:
    try:
        services.alerts.keep(answer)
    except DatelineError as error:
        st.session_state["problem"] = str(error)


def _cited(chat: OpenChat, services: Services) -> Sequence[Citation]:
    """Return what is quoted in the answer that the address names."""
    address = here()
    if address.page == "alerts":
        return found_citations(services, address.turn)
    if address.page == "notebook":
        return pinned_citations(services)
    if address.turn is None or address.turn >= len(chat.turns) or not (answer := chat.turns[address.turn].answer):
        return ()
    return list(citations_shown(answer))
