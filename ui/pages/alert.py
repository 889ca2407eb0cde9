"""The page of an alert: what it has found in new articles, and what was read before."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from index.core.errors import DatelineError
from index.core.formatting import counted
from rag.evidence.citations import Citation
from rag.output.alerts import asked_words, quotes_words
from rag.storage.alerts import Alert, AlertResult
from rag.storage.chats import KeptTurn
from ui.browser.address import Address, go, here
from ui.browser.look import reporting_errors, show_text
from ui.chat.answer import citations_shown, show_found
from ui.server.chats import Turn
from ui.server.services import Services
from ui.sidebar.models import chosen_model

_SHOWN = 20  # results; the next ones appear when these are marked as read


def show_alert_page(services: Services) -> None:
    """Show the question that the address names, and its new quotes, newest first."""
    if st.button("← Back to the chat", key="back-to-chat", type="tertiary"):
        go(replace(here().without_article(), page="", question=None))
        st.rerun()
    st.html('<h1 class="dl-shelf">Alert</h1>')
    with st.container():
        _show_question(services, here().question or 0)


def found_citations(services: Services, result: int | None) -> list[Citation]:
    """Return the citations of the result with that number of the question that the address names."""
    alerts, question = services.alerts.store, here().question or 0
    try:
        found = (*alerts.results(question, limit=_SHOWN), *alerts.history(question, limit=_SHOWN))
    except DatelineError:
        return []  # the page behind the article shows the problem
    answer = next((one.answer for one in found if one.number == result), None)
    return list(citations_shown(answer)) if answer else []


@reporting_errors
def _show_question(services: Services, number: int) -> None:
    alerts = services.alerts.store
    asked, found = alerts.question(number), alerts.results(number, limit=_SHOWN)
    read = alerts.history(number, limit=_SHOWN)
    show_text(asked.standalone.question, kind="ask")
    show_text(f"Asked of new articles {asked_words(asked)}.", kind="note")
    with st.container(horizontal=True, key="alert-acts"):
        if found:
            st.button(
                "Mark as read",
                key="mark-read",
                type="primary",
                on_click=_mark_read,
                args=(services, number, found[-1].number),
            )
        st.button("Ask the whole shelf", key="ask-shelf", on_click=_ask_the_shelf, args=(services, asked))
        with st.popover("Remove", key="remove-alert"):
            show_text("This deletes the alert and everything it has found.", kind="note")
            st.button("Delete the alert", key="remove-question", on_click=_delete, args=(services, number))
    if not found:
        show_text("Nothing new.", kind="note")
    if len(found) == _SHOWN:
        show_text("There may be more. Mark these as read to see them.", kind="note")
    for result in reversed(found):
        _show_result(asked, result)
    if read:
        _show_history(services, asked, read)


def _show_history(services: Services, asked: Alert, read: Sequence[AlertResult]) -> None:
    """Show what was marked as read, newest first."""
    label = f"Read before: {counted(len(read), 'result')}" if len(read) < _SHOWN else f"Read before: the last {_SHOWN}"
    with st.expander(label, key="read-before"):
        for result in read:
            _show_result(asked, result)
        with st.popover("Delete what was read", key="delete-read"):
            show_text("This deletes all results of this alert that were marked as read.", kind="note")
            st.button("Delete them", key="forget-read", on_click=_forget_read, args=(services, asked.number))


def _show_result(asked: Alert, result: AlertResult) -> None:
    when = result.found.astimezone()
    st.html(f'<h2 class="dl-heading">{quotes_words(result.count)}, {when.day} {when:%b %Y, %H:%M}</h2>')
    if result.answer is None:
        show_text(result.problem, kind="problem")
        return
    turns: dict[int, Turn] = st.session_state.setdefault("alert-turns", {})
    # What is drawn of a turn is computed once.
    if result.number not in turns or turns[result.number].answer != result.answer:
        kept = KeptTurn(f"alert-{result.number}", asked.standalone.question, result.answer, "", None)
        turns[result.number] = Turn.kept(kept)
    show_found(result.number, turns[result.number])


def _delete(services: Services, number: int) -> None:
    services.alerts.remove(number)
    go(Address(chat=here().chat))


def _mark_read(services: Services, number: int, up_to: int) -> None:
    go(here().without_article())
    services.alerts.store.mark_read(number, up_to=up_to)


def _forget_read(services: Services, number: int) -> None:
    go(here().without_article())
    services.alerts.store.forget_read(number)


def _ask_the_shelf(services: Services, asked: Alert) -> None:
    state, model, chat = st.session_state, chosen_model(services), services.chats.new()
    state["shown"], state["addressed"], state["problem"] = chat, "", ""
    go(Address())
    chat.ask(asked.standalone.question, model, scope=asked.scope)
