"""Messages: write the messages about what an alert has found, or about runs that fail.

A message is written once and kept as it is sent, so that each attempt has the same content. Each receiver has its own.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from index.core.formatting import one_line
from index.core.settings import Settings
from index.core.urls import without_queries
from rag.evidence.permalinks import link
from rag.output.alerts import quotes_words, result_json, result_lines
from rag.storage.alerts import Alert, AlertResult, Compose
from rag.storage.outbox import NewMessage

_LONGEST_SUBJECT = 150  # characters


@dataclass(frozen=True, slots=True)
class Mail:
    """The subject and the text of a mail."""

    subject: str
    text: str

    @classmethod
    def read(cls, body: str) -> Self:
        """Read what `written` wrote."""
        fields = json.loads(body)
        return cls(str(fields["subject"]), str(fields["text"]))

    def written(self) -> str:
        """Return it as JSON."""
        return json.dumps({"subject": self.subject, "text": self.text}, ensure_ascii=False)


def compose_with(settings: Settings) -> Compose:
    """Return the function that writes the messages about a result, one for each receiver that is set."""

    def compose(asked: Alert, result: AlertResult) -> Sequence[NewMessage]:
        links = [settings.page + link(quote) for quote in result.quotes]
        event = {**result_json(asked, result), "links": links}
        lines = [*result_lines(asked, result), "", *links, "", "Sent by Dateline."]
        subject = f"{quotes_words(result.count)}: {asked.standalone.question}"
        return _messages(settings, event, Mail(_subject(subject), "\n".join(lines)))

    return compose


def compose_failure_with(settings: Settings, problem: str) -> Callable[[datetime], Sequence[NewMessage]]:
    """Return the function that writes the messages about runs that have failed since a moment."""

    def compose(since: datetime) -> Sequence[NewMessage]:
        said = without_queries(one_line(problem))
        event = {"event": "alerts_failing", "failed_since": since.isoformat(), "problem": said}
        text = (
            f"Alerts have not searched new articles since {since:%Y-%m-%d %H:%M} UTC:\n\n{said}\n\n"
            "Run `dateline doctor`, then `dateline index`. The next message about this is sent after a run that "
            "succeeds.\n\nSent by Dateline."
        )
        return _messages(settings, event, Mail("Alerts have not run", text))

    return compose


def _messages(settings: Settings, event: object, mail: Mail) -> list[NewMessage]:
    messages = [NewMessage("mail", receiver, mail.written()) for receiver in settings.mail_receivers]
    if settings.webhook_url.get_secret_value():
        messages.append(NewMessage("webhook", "", json.dumps(event, ensure_ascii=False)))
    return messages


def _subject(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST_SUBJECT else f"{line[: _LONGEST_SUBJECT - 1]}…"
