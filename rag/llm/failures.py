"""What can go wrong at a language model's endpoint: each fault is a sentence, with what to do about it.

Messages of the endpoint or the client are never repeated: they may contain the key or the prompt.
"""

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import openai

CONNECT_SECONDS = 5.0
# If an endpoint asks to wait for less than this, the request is sent again after it; if for longer, it fails.
_LONGEST_WAIT_SECONDS = 5.0
_RETRY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Fault:
    """What happened and what to do: "The language model (…) {what}. {remedy}."."""

    what: str
    remedy: str


WEB_PAGE = Fault(
    "answered with a web page instead of a stream of text",
    "Expected the address of an API, which often ends in /v1. Check DATELINE_CHAT_BASE_URL; a login page may be there",
)
NO_JSON = Fault(
    "sent something that is not JSON", "Check DATELINE_CHAT_BASE_URL; the address of an API often ends in /v1"
)
NOTHING_AT_ALL = Fault(
    "ended its answer before the first word", "Ask again; if it happens again, check DATELINE_CHAT_BASE_URL"
)
NO_WORD = Fault("gave an empty answer", "Ask again, or try another model with DATELINE_CHAT_MODEL")
OTHER_FORM = Fault(
    "did not answer in the expected form",
    "Ask again, set DATELINE_CHAT_FORM=markers, or try another model with DATELINE_CHAT_MODEL",
)
TOOL_CALL = Fault("asked for a tool instead of answering", "Try another model with DATELINE_CHAT_MODEL")
BROKE_OFF = Fault("broke off in the middle of its answer", "Ask again")
NOT_FINISHED = Fault("broke off without saying that it had finished", "Ask again")
LENGTH_LIMIT = Fault("reached its length limit", "Raise DATELINE_CHAT_ANSWER_TOKENS, or ask for less at once")
CONTENT_FILTER = Fault(
    "was stopped by its provider's content filter", "Use the quotes, or try another model with DATELINE_CHAT_MODEL"
)
_UNREACHABLE = Fault("cannot be reached", "Check that it is running, and check DATELINE_CHAT_BASE_URL")
_ENDS: dict[str | None, Fault] = {"length": LENGTH_LIMIT, "content_filter": CONTENT_FILTER}
# What endpoints call a complete answer. A tool call in addition to the text is ignored.
_WHOLE = {"stop", "eos", "eos_token", "end_turn", "tool_calls", "function_call"}

# How endpoints and chat templates say that a model has no system role.
_NO_SYSTEM_ROLE = re.compile(
    r"\bsystem\W{0,3}(?:role|message|prompt|instruction)s?\b|\broles?\b.{0,40}\bsystem\b"
    r"|\buser and assistant roles\b|\broles must alternate\b|\bdeveloper instruction",
    re.IGNORECASE,
)


def fault_of_end(reason: str | None) -> Fault | None:
    """Return what is wrong with an answer that ended for this reason, or None if it is complete."""
    return None if reason in _WHOLE else _ENDS.get(reason, NOT_FINISHED)


def fault_of_error(error: Exception) -> Fault | None:
    """Return the fault that an error of the client means, or None if it is an unexpected error."""
    import openai

    if isinstance(error, openai.APIStatusError):
        return _fault_of_status(error)
    if isinstance(error, openai.APITimeoutError):
        return Fault(f"could not be reached within {CONNECT_SECONDS:g} seconds", _UNREACHABLE.remedy)
    if isinstance(error, openai.APIConnectionError):
        return _UNREACHABLE
    if isinstance(error, openai.APIError):
        return Fault("reported an error in the middle of its answer", "Ask again")
    if isinstance(error, ValueError):  # JSONDecodeError and UnicodeDecodeError are such
        return NO_JSON
    # Errors of the transport while an answer is read are not wrapped by the client.
    known = type(error).__module__.partition(".")[0] in ("httpx", "httpx2", "httpcore", "httpcore2")
    return BROKE_OFF if known else None


def unexpected(error: Exception) -> Fault:
    """Return the fault of an error that nothing here expects."""
    return Fault(f"could not be read ({type(error).__name__})", "Ask again; dateline.log in the store has the cause")


def is_too_long(error: "openai.APIStatusError") -> bool:
    """Return True if an endpoint refused the prompt for its length."""
    named = {error.code, error.type} & {"context_length_exceeded", "exceed_context_size_error"}
    return error.status_code in (400, 413, 422) and (bool(named) or "context length" in str(error.message).lower())


def names_system_role(error: "openai.APIError") -> bool:
    """Return True if an endpoint says that it refused the messages because of the system role."""
    import openai

    if isinstance(error, openai.APIStatusError) and error.status_code not in (400, 422, 500):
        return False
    return bool(_NO_SYSTEM_ROLE.search(f"{error.message} {error.body}"))


def seconds_to_wait(error: "openai.APIConnectionError | openai.APIStatusError") -> float | None:
    """Return how long to wait before a second request, or None if that would not help."""
    import openai

    if not isinstance(error, openai.APIStatusError):
        return _RETRY_SECONDS
    if error.status_code == 429:
        wait = _retry_after(error)
        return wait if wait is not None and wait <= _LONGEST_WAIT_SECONDS else None
    return _RETRY_SECONDS if error.status_code in (408, 409) or error.status_code >= 500 else None


def _fault_of_status(error: "openai.APIStatusError") -> Fault:
    status = error.status_code
    if is_too_long(error):
        return Fault("was sent more text than it can read", "Lower DATELINE_CHAT_PROMPT_TOKENS")
    if status in (401, 403):
        return Fault(f"refused the key (status {status})", "Check OPENAI_API_KEY or DATELINE_CHAT_API_KEY")
    if status == 404:
        return Fault(
            "is not known there (status 404)",
            "Check DATELINE_CHAT_MODEL, and DATELINE_CHAT_BASE_URL, which often ends in /v1",
        )
    if status == 429:
        if "insufficient_quota" in (error.type, error.code):
            return Fault(
                "reports that the account has no credit left (status 429)",
                "Add credit to the account, or use another model",
            )
        wait = _retry_after(error)
        when = f"in {wait:.0f} seconds" if wait else "in a minute"
        return Fault("has had too many requests (status 429)", f"Ask again {when}")
    if 300 <= status < 400:
        return Fault(
            f"redirects to another address (status {status}), which is not followed: the articles would be sent there",
            "Set DATELINE_CHAT_BASE_URL to the right address",
        )
    if status >= 500:
        return Fault(f"has an internal error (status {status})", "Ask again later")
    return Fault(f"refused the request (status {status})", "Check DATELINE_CHAT_MODEL")


def _retry_after(error: "openai.APIStatusError") -> float | None:
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None  # not given, or given as a date
    return max(0.0, seconds) if math.isfinite(seconds) else None
