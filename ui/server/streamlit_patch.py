"""Three patches of Streamlit: nothing drawn is lost, and no question or click is lost or handled twice.

**A part is redrawn only after everything drawn before was sent.** Each run of the page leaves its messages with the
event loop. If a part with `run_every` asks for a run while messages of the run that has just ended are still waiting
there, Streamlit creates a new script runner, and drops the messages of the former one because it is no longer the
current one. Under load a question was answered and never shown. The dialog that stays open in streamlit/streamlit#9921
is another effect of it; that fix covers removed fragments only.

**A timer brings no click.** The browser keeps a click or a question until a zero-second timeout sends it. If the timer
of such a part is due before that, its request carries the click too. Under load a question was asked twice.

**A run takes its clicks before a newer run may interrupt it.** Streamlit lets it be interrupted before: the question it
brought was never asked.
"""

import inspect
import logging
from functools import partial
from typing import Any

import streamlit
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

_LOGGER = logging.getLogger(__name__)
TESTED_WITH = "1.67.0"
_RETRY_SECONDS = 0.001
_CLICKS = frozenset({"trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value"})
_create = getattr(AppSession, "_create_scriptrunner", None)
_request = AppSession.request_rerun
_take_clicks = SessionState.on_script_will_rerun


def patch_streamlit() -> None:
    """Patch the sessions of this process.

    If Streamlit's private API is not as expected, nothing is patched and a warning is logged.
    """
    if _is_as_expected():
        AppSession._create_scriptrunner = _create_in_turn  # type: ignore[assignment, method-assign]
        AppSession.request_rerun = _request_without_repeats  # type: ignore[assignment, method-assign]
        SafeSessionState.on_script_will_rerun = _take_clicks_first  # type: ignore[assignment, method-assign]
    else:
        _LOGGER.warning(
            "Streamlit %s has another private API than %s. Without the patches of it, a question may be asked twice or "
            "never on a busy machine, or its answer not be shown until the page is reloaded. Install streamlit %s.",
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
        and list(inspect.signature(_request).parameters) == ["self", "client_state"]
        and {"is_auto_rerun", "widget_states"}.issubset(ClientState.DESCRIPTOR.fields_by_name)
        and _CLICKS.issubset(WidgetState.DESCRIPTOR.fields_by_name)
        and inspect.signature(_take_clicks) == inspect.signature(SafeSessionState.on_script_will_rerun)
        and {"_state", "_lock"} <= SafeSessionState.__annotations__.keys()
    )


def _request_without_repeats(session: AppSession, client_state: ClientState | None) -> None:
    if client_state is not None and client_state.is_auto_rerun:
        kept = [state for state in client_state.widget_states.widgets if state.WhichOneof("value") not in _CLICKS]
        del client_state.widget_states.widgets[:]
        client_state.widget_states.widgets.extend(kept)
    _request(session, client_state)


def _take_clicks_first(state: SafeSessionState, *args: Any, **kwargs: Any) -> None:
    with state._lock:
        _take_clicks(state._state, *args, **kwargs)


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
