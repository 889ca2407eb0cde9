"""Sending: deliver what waits in the outbox, one process at a time, until it is delivered.

A message is deleted when its receiver has taken it. If this process is killed in between, the message is sent again
with the same id. After a failure it is tried again later, with longer and longer pauses, and is never dropped.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import filelock

from index.core.errors import DatelineError, NotDelivered
from index.core.logs import log_unexpected
from index.core.settings import Settings
from rag.delivery.mail import send_mail
from rag.delivery.messages import compose_failure_with
from rag.delivery.webhook import send_webhook
from rag.storage.alerts import AlertStore, has_alerts_file
from rag.storage.outbox import Message

logger = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
_LOOK_SECONDS = 5.0  # between two looks for messages that are due
_WAIT_SECONDS = 60.0  # for another process that is sending
UNDELIVERABLE_AFTER = 3  # failed attempts; from then on it is reported as undeliverable


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of one attempt."""

    message: Message
    problem: str  # "": delivered


def pause_after(attempts: int, *, chance: float) -> timedelta:
    """Return how long to wait after that many failed attempts; `chance`, from 0 to 1, spreads it by half.

    >>> [pause_after(attempts, chance=1).total_seconds() for attempts in (1, 2, 3, 20)]
    [30.0, 120.0, 480.0, 21600.0]
    >>> pause_after(1, chance=0).total_seconds()
    15.0
    """
    longer: int = 4 ** min(attempts - 1, 10)
    return min(_FIRST_PAUSE * longer, _LONGEST_PAUSE) * (0.5 + chance / 2)


def deliver(
    settings: Settings, alerts: AlertStore, *, at_once: bool = False, stop: Callable[[], bool] = lambda: False
) -> Iterator[Sent]:
    """Send the messages that are due, and yield the result of each once it is stored.

    If a receiver fails, its other messages wait for the next call: each failure may take a while.

    Args:
        settings: Name the receivers.
        alerts: The file with the outbox.
        at_once: Send those too that wait for a later attempt.
        stop: Ends it between two messages.
    """
    if not any(_is_due(message, at_once=at_once) for message in alerts.outbox.waiting()):
        return
    try:
        # A killed process releases it.
        with filelock.FileLock(alerts.path.with_name("sending.lock"), timeout=_WAIT_SECONDS):
            failed = set[tuple[str, str]]()
            for message in alerts.outbox.waiting():
                receiver = (message.channel, message.recipient)
                if stop():
                    return
                if receiver not in failed and _is_due(message, at_once=at_once):
                    sent = _attempt(settings, alerts, message)
                    failed |= {receiver} if sent.problem else set()
                    yield sent
    except filelock.Timeout:
        return  # whoever is sending sends these too


def _is_due(message: Message, *, at_once: bool) -> bool:
    return at_once or message.due <= datetime.now(UTC)


def _attempt(settings: Settings, alerts: AlertStore, message: Message) -> Sent:
    """Try to deliver a message, and store the result. An error that we did not expect is a failed attempt too."""
    try:
        {"webhook": send_webhook, "mail": send_mail}[message.channel](settings, message)
    except NotDelivered as error:
        problem = str(error)
    except Exception as error:  # noqa: BLE001 (logged; the other messages are sent)
        log_unexpected(error)
        problem = (
            f"An unexpected error stopped the attempt ({type(error).__name__}). Expected the message to be delivered. "
            "The details are in the log."
        )
    else:
        alerts.outbox.delivered(message.id)
        return Sent(message, "")
    attempts = message.attempts + 1
    due = datetime.now(UTC) + pause_after(attempts, chance=random.random())  # noqa: S311 (no secret)
    alerts.outbox.failed(message.id, problem, due=due)
    if attempts == UNDELIVERABLE_AFTER:
        logger.warning("A message about an alert could not be delivered %d times: %s", attempts, problem)
    return Sent(message, problem)


def keep_delivering(settings: Settings, *, ended: threading.Event) -> None:
    """Send what is due until `ended` is set."""
    while not ended.wait(_LOOK_SECONDS):
        try:
            if has_alerts_file(settings.store):
                for _ in deliver(settings, AlertStore(settings.store), stop=ended.is_set):
                    pass
        except DatelineError as error:
            logger.warning("Messages about alerts could not be sent: %s", error)
        except Exception as error:  # noqa: BLE001 (logged; the next time may succeed)
            log_unexpected(error)


def note_failed_run(settings: Settings, problem: str) -> None:
    """Store that a run failed, and put a message into the outbox if runs have failed for long. Raises nothing."""
    if not has_alerts_file(settings.store):
        return
    try:
        AlertStore(settings.store).outbox.note_failure(
            now=datetime.now(UTC),
            after=timedelta(hours=settings.alert_failure_hours),
            compose=compose_failure_with(settings, problem),
        )
    except DatelineError as error:
        logger.warning("A failed run could not be noted: %s", error)
