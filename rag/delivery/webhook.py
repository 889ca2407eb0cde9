"""Webhook: post a message to the address that is set, signed as Standard Webhooks says.

The signature is the HMAC-SHA256 of id, time and body (https://www.standardwebhooks.com). A receiver checks it, refuses
old times, and counts an id once.
"""

import base64
import hmac
import time
from dataclasses import replace

from index.core.errors import FetchFailed, NotDelivered, ServerBusy, TryLater
from index.core.settings import Settings
from index.inbox.fetch import INTERNET, Network, post
from rag.storage.outbox import Message

# For a receiver that the user trusts: any address and any port.
_PRIVATE = replace(INTERNET, allows=lambda _: True, ports=frozenset(range(1, 65_536)))
_AGENT = "Dateline (alerts)"
_PREFIX = "whsec_"


def send_webhook(settings: Settings, message: Message) -> None:
    """Post a message. Raises NotDelivered with the reason."""
    address = settings.webhook_url.get_secret_value()
    if not address:
        raise NotDelivered("No webhook is set. Expected an address in DATELINE_WEBHOOK_URL. Set it again.")
    body, moment = message.body.encode(), int(time.time())
    headers = {"Content-Type": "application/json", "webhook-id": message.id, "webhook-timestamp": str(moment)}
    if secret := settings.webhook_secret.get_secret_value():
        headers["webhook-signature"] = sign(secret, message.id, moment, body)
    try:
        post(address, body, headers=headers, network=network_of(settings))
    except FetchFailed as error:
        what, seconds = str(error).partition(" Expected ")[0], 0
        if isinstance(error, TryLater):
            seconds = error.seconds if isinstance(error, ServerBusy) else 0
            advice = "Expected a status from 200 to 299. Check DATELINE_WEBHOOK_URL and the receiver."
        elif settings.webhook_private:
            advice = "Expected a receiver at an http or https address. Check DATELINE_WEBHOOK_URL."
        else:
            advice = (
                "Expected a receiver on the public internet. Check DATELINE_WEBHOOK_URL. If the receiver is on your "
                "own network, set DATELINE_WEBHOOK_PRIVATE=True."
            )
        raise NotDelivered(f"Webhook {what} {advice}", seconds) from None


def network_of(settings: Settings) -> Network:
    """Return the network that a webhook may be on."""
    return replace(_PRIVATE if settings.webhook_private else INTERNET, agent=_AGENT)


def sign(secret: str, id_: str, moment: int, body: bytes) -> str:
    """Return the signature of a message.

    >>> secret, id_ = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    >>> sign(secret, id_, 1614265330, b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    digest = hmac.digest(_key(secret), f"{id_}.{moment}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    """Return the key: what follows whsec_ in base64, or else the characters of the secret."""
    if secret.startswith(_PREFIX):
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)  # the settings were checked
    return secret.encode()
