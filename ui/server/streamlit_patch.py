"""Sessions: a part of the page is drawn again only after all that was drawn before it was sent.

Each run of the page leaves its messages with the event loop. Streamlit (1.67) lets a part that
looks by itself begin a new run while messages of the one that has just ended still wait there,
and then throws those away: under load a question was answered and never shown.
"""

from functools import partial

from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

_AGAIN_SECONDS = 0.001
_create = AppSession._create_scriptrunner


def send_before_next_run() -> None:
    """Have every session wait until the messages of a run that has ended were sent."""
    AppSession._create_scriptrunner = _create_in_turn  # type: ignore[assignment, method-assign]


def _create_in_turn(session: AppSession, asked: RerunData) -> None:
    # It is set where a part of the page asked: the run has ended, and says so as the last of its messages.
    if (ended := session._scriptrunner) is None:
        _create(session, asked)
    else:
        session._event_loop.call_later(_AGAIN_SECONDS, partial(_ask_again, session, ended, asked))


def _ask_again(session: AppSession, ended: ScriptRunner, asked: RerunData) -> None:
    if session._state is AppSessionState.SHUTDOWN_REQUESTED:
        return
    now = session._scriptrunner
    if now not in (None, ended) and asked.is_auto_rerun:
        return  # another run has begun meanwhile: what the page held when this look was due is of before it
    if now is None or not now.request_rerun(asked):
        _create_in_turn(session, asked)
