"""Which language model answers, in the sidebar, and whether it can be reached."""

import threading
import time

import streamlit as st

from index.core.errors import DatelineError
from rag.llm.client import ChatModel, Usage
from rag.output.answer_text import usage_words
from ui.browser.look import show_text
from ui.server.chats import OpenChat
from ui.server.services import Services
from ui.server.unexpected import log_and_explain

QUOTES_ONLY = "Quotes only"
_LOOK_SECONDS = 1.0
_TRIAL_SECONDS = 20.0
_TRIAL = "Answer with the one word: yes"


class Trial:
    """A test question to a model, in its own thread, to see if it answers."""

    def __init__(self, model: ChatModel) -> None:
        """Start the test."""
        self.model = model.name
        self.outcome = ""  # a sentence; "" until the test has ended
        self.failed = False
        threading.Thread(target=self._work, args=(model,), name="trial", daemon=True).start()

    def _work(self, model: ChatModel) -> None:
        started = time.monotonic()
        words = ""
        try:
            for piece in model.stream([{"role": "user", "content": _TRIAL}], seconds=_TRIAL_SECONDS):
                words += piece if not isinstance(piece, Usage) else ""
        except DatelineError as error:
            self.failed, self.outcome = True, str(error)
        except Exception as error:  # noqa: BLE001 (logged; the button can be used again)
            self.failed, self.outcome = True, f"An unexpected error stopped the test. {log_and_explain(error)}"
        else:
            self.outcome = f"{model.name} at {model.where} answers, in {time.monotonic() - started:.1f} s."


def chosen_model(services: Services) -> ChatModel | None:
    """Return the model that the reader has chosen, or None for quotes alone."""
    return next((chat for chat in services.models if chat.name == st.session_state.get("model")), None)


def show_models(services: Services, chat: OpenChat) -> None:
    """Let the reader choose a model and test it, and show the usage of the chat."""
    if not services.models:
        show_text("Showing quotes only. Connect a language model with DATELINE_CHAT_MODEL in .env.", kind="note")
        return
    st.selectbox("Answer with", [*(model.name for model in services.models), QUOTES_ONLY], key="model")
    timed = _is_testing()
    st.fragment(_show_state, run_every=_LOOK_SECONDS if timed else None)(services, chat, timed=timed)


def _is_testing() -> bool:
    trial: Trial | None = st.session_state.get("trial")
    return trial is not None and not trial.outcome


def _show_state(services: Services, chat: OpenChat, *, timed: bool) -> None:
    if _is_testing() != timed:
        st.rerun()  # with the timer, or without it
    trial: Trial | None = st.session_state.get("trial")
    model = chosen_model(services)
    if model is not None:
        st.button(
            "Test this connection",
            key="test-connection",
            width="stretch",
            disabled=trial is not None and not trial.outcome,
            on_click=_try_out,
            args=(model,),
        )
    if trial is not None and model is not None and trial.model == model.name:
        show_text(trial.outcome or f"Asking {model.name} …", kind="problem" if trial.failed else "note")
    if chat.usage:
        show_text(f"This chat: {usage_words(chat.usage)}", kind="note")


def _try_out(model: ChatModel) -> None:
    st.session_state["trial"] = Trial(model)
