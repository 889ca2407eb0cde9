"""Mail: send a message by SMTP, as plain text."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from index.core.errors import NotDelivered
from index.core.formatting import one_line
from index.core.settings import Settings
from rag.delivery.messages import Mail
from rag.storage.outbox import Message

_SECONDS = 20.0  # for each step
_SECONDS_TO_END = 2.0


def send_mail(settings: Settings, message: Message, *, certificates: ssl.SSLContext | None = None) -> None:
    """Send a message to its receiver. Raises NotDelivered with the reason.

    Args:
        settings: Name the mail server and the sender.
        message: What to send. Its id is part of the Message-ID, by which mail programs know a copy.
        certificates: Those to trust; None: those that this system trusts.
    """
    if not settings.smtp_host:
        raise NotDelivered("No mail server is set. Expected one in DATELINE_SMTP_HOST. Set it again.")
    if message.recipient not in settings.mail_receivers:
        raise NotDelivered(
            f"{one_line(message.recipient)} is no longer in DATELINE_MAIL_TO. Expected a receiver that is set. Add it "
            "again, or delete what waits with `dateline alerts discard`."
        )
    written, context = _written(settings, message), certificates or ssl.create_default_context()
    server, wanted = None, "a connection"
    try:
        server = _connect(settings, context)
        if settings.smtp_security == "starttls":
            wanted = "an encrypted connection (STARTTLS)"
            server.starttls(context=context)
        if settings.smtp_user:
            wanted = "a login by CRAM-MD5, PLAIN or LOGIN"
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        wanted = "mail for addresses with letters that are not ASCII (SMTPUTF8)"
        server.send_message(written)
    except (smtplib.SMTPException, OSError) as error:
        why = _reason(error, message.recipient, wanted=wanted, connected=server is not None)
        raise _failed(settings, why) from None
    finally:
        if server:
            _end(server)


def _connect(settings: Settings, context: ssl.SSLContext) -> smtplib.SMTP:
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=_SECONDS, context=context)
    return smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SECONDS)


def _end(server: smtplib.SMTP) -> None:
    """End the connection. A mail that was taken stays taken, whatever the server answers to that."""
    with suppress(smtplib.SMTPException, OSError):
        if server.sock:
            server.sock.settimeout(_SECONDS_TO_END)
        server.quit()
    server.close()


def _reason(error: smtplib.SMTPException | OSError, recipient: str, *, wanted: str, connected: bool) -> str:
    """Return what the server did, or did not do. `wanted` is what it was asked for last."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"refuses the name or the password ({error.smtp_code})"
        case smtplib.SMTPRecipientsRefused():
            return f"refuses {one_line(recipient)} ({next(iter(error.recipients.values()))[0]})"
        case smtplib.SMTPSenderRefused():
            return f"refuses the sender ({error.smtp_code})"
        case smtplib.SMTPResponseException():
            return f"answered {error.smtp_code}"
        case smtplib.SMTPServerDisconnected():
            return "ended the connection"
        case smtplib.SMTPException():
            return f"does not offer {wanted}"
        case ssl.SSLError():
            return f"has no safe connection ({type(error).__name__})"
    return f"{'stopped answering' if connected else 'cannot be reached'} ({type(error).__name__})"


def _written(settings: Settings, message: Message) -> EmailMessage:
    """Return the mail. Its policy refuses a line break in a header; what articles and users wrote has none."""
    mail, written = Mail.read(message.body), EmailMessage(policy=SMTP)
    sender = settings.mail_from.strip()
    written["From"], written["To"] = sender, message.recipient
    written["Subject"] = one_line(mail.subject)
    written["Date"] = format_datetime(message.made)
    written["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    written["Auto-Submitted"] = "auto-generated"  # so that no one's absence is reported back (RFC 3834)
    written.set_content(mail.text.encode(errors="replace").decode(), cte="quoted-printable")
    return written


def _failed(settings: Settings, what: str) -> NotDelivered:
    return NotDelivered(
        f"The mail server {settings.smtp_host}:{settings.smtp_port} {what}. Expected it to take a mail. Check the "
        "settings DATELINE_SMTP_… and DATELINE_MAIL_…."
    )
