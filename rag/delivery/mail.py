"""Mail: send a message by SMTP, as plain text."""

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from index.core.errors import NotDelivered
from index.core.formatting import one_line
from index.core.settings import Settings
from rag.delivery.messages import Mail
from rag.storage.outbox import Message

_SECONDS = 20.0  # for each step


def send_mail(settings: Settings, message: Message, *, certificates: ssl.SSLContext | None = None) -> None:
    """Send a message to its receiver. Raises NotDelivered with the reason.

    Args:
        settings: Name the mail server and the sender.
        message: What to send. Its id is part of the Message-ID, by which mail programs know a copy.
        certificates: Those to trust; None: those that this system trusts.
    """
    if not settings.smtp_host:
        raise NotDelivered("No mail server is set. Expected one in DATELINE_SMTP_HOST. Set it again.")
    context = certificates or ssl.create_default_context()
    try:
        with _connect(settings, context) as server:
            if settings.smtp_security == "starttls":
                server.starttls(context=context)
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(_written(settings, message))
    except smtplib.SMTPAuthenticationError as error:
        raise _failed(settings, f"refuses the name or the password ({error.smtp_code})") from None
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise _failed(settings, f"refuses {message.recipient} ({code})") from None
    except smtplib.SMTPNotSupportedError:
        raise _failed(settings, "does not offer an encrypted connection or a login") from None
    except smtplib.SMTPResponseException as error:
        raise _failed(settings, f"answered {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:  # a certificate that is not trusted too
        raise _failed(settings, f"cannot be reached ({type(error).__name__})") from None


def _connect(settings: Settings, context: ssl.SSLContext) -> smtplib.SMTP:
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=_SECONDS, context=context)
    return smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SECONDS)


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
