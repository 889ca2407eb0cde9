"""Receivers of alerts on loopback: a webhook and a mail server, which may refuse first."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from aiosmtpd.controller import Controller

from tests.support.ports import free_port


@dataclass(slots=True)
class Posted:
    """One request to the webhook."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.body))


@dataclass(slots=True)
class Webhook:
    """The webhook: what it received, and what it answers."""

    url: str
    statuses: list[int] = field(default_factory=list)  # of the next requests; then 204
    posted: list[Posted] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0  # seconds between a request and its answer


@contextmanager
def serve_webhook() -> Iterator[Webhook]:
    """Run a webhook until the block ends."""

    class Site(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posted.append(Posted({name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(hook.pause)
            self.send_response(hook.statuses.pop(0) if hook.statuses else 204)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def handle(self) -> None:
            with suppress(OSError):  # whoever asked was killed
                super().handle()

        def log_message(self, *arguments: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    hook = Webhook(f"http://127.0.0.1:{server.server_port}/hook/path-key")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(slots=True)
class Mailbox:
    """The mail server: what it received, and what it answers to the next mails."""

    port: int
    answers: list[str] = field(default_factory=list)
    at_the_end: str = ""  # to QUIT; "": 221; "drop": the connection is dropped without an answer
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append((envelope.rcpt_tos, mail))
        return answer

    async def handle_QUIT(self, server: Any, _session: object, _envelope: object) -> str:  # noqa: N802
        if self.at_the_end == "drop":
            server.transport.abort()
        return self.at_the_end or "221 Bye"


@contextmanager
def serve_mail(certificate: ssl.SSLContext | None = None, *, international: bool = True) -> Iterator[Mailbox]:
    """Run a mail server until the block ends. With a certificate it demands STARTTLS.

    `international`: it takes addresses with letters that are not ASCII.
    """
    box = Mailbox(free_port())
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        tls_context=certificate,
        require_starttls=certificate is not None,
        enable_SMTPUTF8=international,
        auth_require_tls=False,
        auth_callback=lambda *_: True,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
