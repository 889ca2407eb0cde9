"""Messages to and from a language model, in the forms that endpoints differ in."""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict


class Message(TypedDict):
    """A message to or from a model."""

    role: Literal["system", "user", "assistant"]
    content: str


def without_system_role(messages: Sequence[Message]) -> list[Message]:
    r"""Put the system's message before the words of the first user's message, for models without a system role.

    >>> without_system_role([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}])
    [{'role': 'user', 'content': 'Be brief.\n\nWhy?'}]
    """
    if not has_system_role(messages):
        return list(messages)
    rules = [message["content"] for message in messages if message["role"] == "system"]
    first, *rest = (message for message in messages if message["role"] != "system")
    return [{"role": first["role"], "content": "\n\n".join((*rules, first["content"]))}, *rest]


def has_system_role(messages: Sequence[Message]) -> bool:
    """Return True if one of the messages is the system's and there are others."""
    return len({message["role"] == "system" for message in messages}) > 1


def text_of(content: Any) -> str:
    """Return the text of a message's content, which may be a list of parts; a model's thoughts are left out.

    >>> text_of([{"type": "thinking", "thinking": []}, {"type": "text", "text": "Both agreed."}])
    'Both agreed.'
    """
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (part.get("text") for part in parts if isinstance(part, dict) and part.get("type", "text") == "text")
    return "".join(text for text in texts if isinstance(text, str))
