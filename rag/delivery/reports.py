"""Reports: messages that wait, as lines for a terminal and as JSON. No line has text of an article or a key."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from index.core.formatting import counted, one_line
from rag.delivery.sending import UNDELIVERABLE_AFTER, Sent
from rag.storage.outbox import Message


def receiver_of(message: Message) -> str:
    """Return who gets a message."""
    return one_line(message.recipient) or "the webhook"


def is_undeliverable(message: Message) -> bool:
    """Return True if a message has failed so often that someone should look at it."""
    return message.attempts >= UNDELIVERABLE_AFTER


def outbox_lines(waiting: Sequence[Message], failing_since: datetime | None) -> Iterator[str]:
    """Yield what a user should know of the messages that wait, and of runs that fail."""
    if failing_since:
        yield f"Runs have failed since {failing_since:%Y-%m-%d %H:%M} UTC. Run `dateline index` to see why."
    restored = [message for message in waiting if message.due is None]
    if restored:
        yield (
            f"{counted(len(restored), 'message')} from a backup not sent, as they may have been sent before. Send with "
            "`dateline alerts send --restored`, or delete with `dateline alerts discard`."
        )
    waiting = [message for message in waiting if message.due is not None]
    for receiver in dict.fromkeys(map(receiver_of, waiting)):
        messages = [message for message in waiting if receiver_of(message) == receiver]
        failed = [message for message in messages if message.problem]
        line = f"{counted(len(messages), 'message')} to {receiver} not delivered yet."
        if failed:
            tried = f"Next attempt at {min(message.due for message in messages if message.due):%Y-%m-%d %H:%M} UTC."
            line = f"{line} {one_line(failed[-1].problem)} {tried}"
        if any(map(is_undeliverable, messages)):
            line += " Send now with `dateline alerts send`, or delete with `dateline alerts discard`."
        yield line


def sent_line(sent: Sent) -> str:
    """Return the result of an attempt as a line."""
    to = receiver_of(sent.message)
    return f"failed    {to}: {one_line(sent.problem)}" if sent.problem else f"delivered {to}"


def sent_json(sent: Sent) -> dict[str, object]:
    """Return the fields of one attempt in `dateline alerts send --json`."""
    return {
        "id": sent.message.id,
        "channel": sent.message.channel,
        "recipient": sent.message.recipient or None,
        "problem": sent.problem or None,
    }
