"""Three patches of Streamlit: nothing drawn is lost, and each callback runs exactly once.

**A part is redrawn only after everything drawn before was sent.** Each run of the page leaves its messages with the
event loop. If a part with `run_every` asks for a run while messages of the run that has just ended are still waiting
there, Streamlit creates a new script runner, and drops the messages of the former one because it is no longer the
current one. Under load a question was answered and never shown. The dialog that stays open in streamlit/streamlit#9921
is another effect of it; that fix covers removed fragments only.

**A timer brings no click.** The browser keeps a click or a question until a zero-second timeout sends it. If the timer
of such a part is due before that, its request carries the click too. Under load a question was asked twice.

**A callback is not interrupted.** Streamlit lets a newer run interrupt one before it has run its callbacks, and a
callback at each access to the session's state. The question that it had to ask was never asked.
"""

import inspect
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state.safe_session_state import SafeSessionState

_LOGGER = logging.getLogger(__name__)
TESTED_WITH = "1.67.0"
_RETRY_SECONDS = 0.001
# The methods that are patched, with their parameters.
PATCHED: tuple[tuple[type, str, str], ...] = (
    (AppSession, "_create_scriptrunner", "self initial_rerun_data"),
    (AppSession, "request_rerun", "self client_state"),
    (
        SafeSessionState,
        "on_script_will_rerun",
        "self fresh_widget_states replay_trigger_states replay_trigger_values is_history_navigation",
    ),
)
_create, _request, _take_clicks = (getattr(owner, name, None) for owner, name, _ in PATCHED)
_CLICKS = getattr(script_requests, "_TRIGGER_PROTO_FIELDS", None)


def patch_streamlit() -> None:
    """Patch the sessions of this process. Does no harm if it is called again.

    If Streamlit's private API is not as expected, nothing is patched and a warning is logged.
    """
    if _is_as_expected():
        replacements: tuple[Callable[..., None], ...] = (_create_in_turn, _request_without_clicks, _take_clicks_first)
        for (owner, name, _), replacement in zip(PATCHED, replacements, strict=True):
            setattr(owner, name, replacement)
    else:
        _LOGGER.warning(
            "Streamlit %s has another private API than %s. Without the patches of it, a question may be asked twice or "
            "never on a busy machine, or its answer not be shown until the page is reloaded. Install streamlit %s.",
            streamlit.__version__,
            TESTED_WITH,
            TESTED_WITH,
        )


def _is_as_expected() -> bool:
    originals = (_create, _request, _take_clicks)
    return (
        all(
            original is not None and list(inspect.signature(original).parameters) == parameters.split()
            for original, (_, _, parameters) in zip(originals, PATCHED, strict=True)
        )
        and list(inspect.signature(ScriptRunner.request_rerun).parameters) == ["self", "rerun_data"]
        and "SHUTDOWN_REQUESTED" in AppSessionState.__members__
        and "is_auto_rerun" in RerunData.__dataclass_fields__
        and {"is_auto_rerun", "widget_states"}.issubset(ClientState.DESCRIPTOR.fields_by_name)
        and _CLICKS is not None
        and "_execing" in inspect.getsource(ScriptRunner._maybe_handle_execution_control_request)
    )


def _request_without_clicks(session: AppSession, client_state: ClientState | None) -> None:
    assert _request is not None
    assert _CLICKS is not None
    if client_state is not None and client_state.is_auto_rerun:
        kept = [state for state in client_state.widget_states.widgets if state.WhichOneof("value") not in _CLICKS]
        del client_state.widget_states.widgets[:]
        client_state.widget_states.widgets.extend(kept)
    _request(session, client_state)


def _take_clicks_first(state: SafeSessionState, *args: Any, **kwargs: Any) -> None:
    assert _take_clicks is not None
    runner: ScriptRunner = state._yield_callback.__self__  # type: ignore[attr-defined]
    runner._execing = False  # a newer run waits until this is True again
    try:
        _take_clicks(state, *args, **kwargs)
    finally:
        runner._execing = True


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
