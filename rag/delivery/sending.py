"""Sending: deliver what waits in the outbox, one process at a time, until it is delivered.

A message is deleted when its receiver has taken it. If this process is killed in between, the message is sent again
with the same id. After a failure it is tried again later, with longer and longer pauses, and is never dropped.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import filelock

from index.core.errors import AlreadySending, DatelineError, NotDelivered
from index.core.logs import log_unexpected
from index.core.settings import Settings
from rag.delivery.mail import send_mail
from rag.delivery.messages import compose_failure_with
from rag.delivery.webhook import send_webhook
from rag.storage.alerts import AlertStore, has_alerts_file
from rag.storage.outbox import Message

logger = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
_LONGEST_REQUESTED = timedelta(days=1)  # a longer pause that a receiver asks for is cut to this
_LOOK_SECONDS = 5.0  # between two looks for messages that are due
_WAIT_SECONDS = 60.0  # for another process that is sending
UNDELIVERABLE_AFTER = 3  # failed attempts; from then on it is reported as undeliverable


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of one attempt."""

    message: Message
    problem: str  # "": delivered


@dataclass(frozen=True, slots=True)
class Which:
    """Which messages are sent."""

    at_once: bool = False  # those too that wait for a later attempt
    restored: bool = False  # those too that come from a backup

    def has(self, message: Message) -> bool:
        """Return True if a message is one of them now."""
        if message.due is None:
            return self.restored
        return self.at_once or message.due <= datetime.now(UTC)


DUE = Which()


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
    settings: Settings,
    alerts: AlertStore,
    *,
    which: Which = DUE,
    wait_seconds: float = _WAIT_SECONDS,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Sent]:
    """Send messages, and yield the result of each once it is stored.

    Each message is read again just before it is sent: it may have been discarded meanwhile. If a receiver fails, its
    other messages wait for the next call, because each failure may take a while.

    Args:
        settings: Name the receivers. A message to another one is not sent.
        alerts: The file with the outbox.
        which: The messages that are sent.
        wait_seconds: How long to wait for another process that is sending.
        stop: Ends it between two messages.

    Raises:
        AlreadySending: Another process is still sending.
    """
    if not any(map(which.has, alerts.outbox.waiting())):
        return
    with _sending(alerts, wait_seconds):
        failed, number = set[tuple[str, str]](), 0
        while not stop() and (message := alerts.outbox.after(number)):
            number, receiver = message.number, (message.channel, message.recipient)
            if receiver not in failed and which.has(message):
                sent = _attempt(settings, alerts, message)
                failed |= {receiver} if sent.problem else set()
                yield sent


@contextmanager
def _sending(alerts: AlertStore, wait_seconds: float) -> Iterator[None]:
    """Keep other processes from sending. The system releases the lock if this process is killed."""
    lock = filelock.FileLock(alerts.path.with_name("sending.lock"))
    try:
        lock.acquire(timeout=wait_seconds)
    except filelock.Timeout:
        raise AlreadySending(
            "Another process is sending the messages. Expected none. Wait until it has ended, then see with "
            "`dateline alerts` what still waits."
        ) from None
    try:
        yield
    finally:
        lock.release()


def _attempt(settings: Settings, alerts: AlertStore, message: Message) -> Sent:
    """Try to deliver a message, and store the result. An error that we did not expect is a failed attempt too."""
    wait = timedelta(0)  # that the receiver asks for
    try:
        {"webhook": send_webhook, "mail": send_mail}[message.channel](settings, message)
    except NotDelivered as error:
        problem, wait = str(error), min(timedelta(seconds=error.seconds), _LONGEST_REQUESTED)
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
    pause = pause_after(attempts, chance=random.random())  # noqa: S311 (no secret)
    alerts.outbox.failed(message, problem, due=datetime.now(UTC) + max(pause, wait), others_wait=wait > timedelta(0))
    if attempts == UNDELIVERABLE_AFTER:
        logger.warning("A message about an alert could not be delivered %d times: %s", attempts, problem)
    return Sent(message, problem)


def deliver_due(settings: Settings, *, stop: Callable[[], bool] = lambda: False) -> list[Sent]:
    """Send what is due, and return the results. Raises nothing: the next time may succeed."""
    try:
        if has_alerts_file(settings.store):
            return list(deliver(settings, AlertStore(settings.store), stop=stop))
    except AlreadySending:
        pass  # that process sends these too
    except DatelineError as error:
        logger.warning("Messages about alerts could not be sent: %s", error)
    except Exception as error:  # noqa: BLE001 (logged)
        log_unexpected(error)
    return []


def keep_delivering(settings: Settings, *, ended: threading.Event) -> None:
    """Send what is due until `ended` is set."""
    while not ended.wait(_LOOK_SECONDS):
        deliver_due(settings, stop=ended.is_set)


def note_failed_run(settings: Settings, problem: str) -> None:
    """Store that a run failed, and put a message into the outbox if runs have failed for long. Raises nothing."""
    try:
        if has_alerts_file(settings.store):
            AlertStore(settings.store).outbox.note_failure(
                now=datetime.now(UTC),
                after=timedelta(hours=settings.alert_failure_hours),
                compose=compose_failure_with(settings, problem),
            )
    except DatelineError as error:
        logger.warning("A failed run could not be noted: %s", error)
    except Exception as error:  # noqa: BLE001 (logged; the run has failed for another reason)
        log_unexpected(error)
