"""A patch of Streamlit: a part of the page is redrawn only after everything drawn before was sent.

Each run of the page leaves its messages with the event loop. If a part with `run_every` asks for a run while messages
of the run that has just ended are still waiting there, Streamlit creates a new script runner, and drops the messages
of the former one because it is no longer the current one. Under load a question was answered and never shown. The
dialog that stays open in streamlit/streamlit#9921 is another effect of it; that fix covers removed fragments only.
"""

import inspect
import logging
from functools import partial

import streamlit
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

_LOGGER = logging.getLogger(__name__)
TESTED_WITH = "1.67.0"
_RETRY_SECONDS = 0.001
_create = getattr(AppSession, "_create_scriptrunner", None)


def send_before_next_run() -> None:
    """Make every session wait until the messages of a run that has ended were sent.

    If Streamlit's private API is not as expected, nothing is patched and a warning is logged.
    """
    if _is_as_expected():
        AppSession._create_scriptrunner = _create_in_turn  # type: ignore[assignment, method-assign]
    else:
        _LOGGER.warning(
            "Streamlit %s has another private API than %s. Without the patch of it, an answer may not be shown on a "
            "busy machine until the page is reloaded. Install streamlit %s.",
            streamlit.__version__,
            TESTED_WITH,
            TESTED_WITH,
        )


def _is_as_expected() -> bool:
    return (
        _create is not None
        and list(inspect.signature(_create).parameters) == ["self", "initial_rerun_data"]
        and list(inspect.signature(ScriptRunner.request_rerun).parameters) == ["self", "rerun_data"]
        and "SHUTDOWN_REQUESTED" in AppSessionState.__members__
        and "is_auto_rerun" in RerunData.__dataclass_fields__
    )


def _create_in_turn(session: AppSession, asked: RerunData) -> None:
    # Set if a part of the page asked: the run has ended, and the last of its messages, which says so, is still waiting.
    if (ended := session._scriptrunner) is None:
        assert _create is not None
        _create(session, asked)
    else:
        session._event_loop.call_later(_RETRY_SECONDS, partial(_ask_again, session, ended, asked))


def _ask_again(session: AppSession, ended: ScriptRunner, asked: RerunData) -> None:
    if session._state is AppSessionState.SHUTDOWN_REQUESTED:
        return
    now = session._scriptrunner
    if now not in (None, ended) and asked.is_auto_rerun:
        return  # another run has begun meanwhile, so this timer belongs to a page that is gone
    if now is None or not now.request_rerun(asked):
        _create_in_turn(session, asked)
