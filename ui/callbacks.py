"""Callbacks: what a reader's click or question does is done, whatever else wants the page drawn again."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from streamlit.runtime.scriptrunner import RerunException

_Given = ParamSpec("_Given")


def undisturbed(act: Callable[_Given, None]) -> Callable[_Given, None]:
    """Have `act` carried through, and a newer run begin only afterwards.

    Looking into the session's state lets a newer run begin, and Streamlit then counts the older
    one as having done what was asked. So `act` is begun again when that happens; what must be done
    once only comes last in it, when nothing of the session is looked at any more.
    """

    @wraps(act)
    def carry_through(*args: _Given.args, **kwargs: _Given.kwargs) -> None:
        interrupted = None
        while True:
            try:
                act(*args, **kwargs)
                break
            except RerunException as error:
                interrupted = error
        if interrupted:
            raise interrupted

    return carry_through
