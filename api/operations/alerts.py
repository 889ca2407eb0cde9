"""Alerts: list, keep and remove, as the command does."""

from api.access.service import Service
from api.operations.requests import KeepAlert, Nothing, OneAlert
from rag.answering.models import Standalone
from rag.answering.pipeline import complete
from rag.answering.query import clean_question, make_query
from rag.output.alerts import listing_json
from rag.output.answer_json import Json
from rag.storage.alerts import AlertStore, has_alerts_file


def list_alerts(service: Service, _: Nothing) -> list[Json]:
    """List the alerts, each with what it has found that is not marked as read."""
    store = service.library.settings.store
    return _shown(AlertStore(store)) if has_alerts_file(store) else []


def keep_alert(service: Service, request: KeepAlert) -> list[Json]:
    """Keep a question that is asked again of new articles. The same question of the same articles is kept once."""
    library, asked = service.library, clean_question(request.question)
    parts = complete(make_query(asked, scope=request.scope), library=library).standalone.parts
    alerts = AlertStore(library.settings.store)
    kept = alerts.keep(asked, Standalone(asked, "", parts), scope=request.scope, shelf=library.shelf)
    return _shown(alerts, kept.number)


def remove_alert(service: Service, request: OneAlert) -> None:
    """Remove an alert with all that it has found."""
    AlertStore(service.library.settings.store).remove(request.number)


def _shown(alerts: AlertStore, only: int | None = None) -> list[Json]:
    numbers = {listing.asked.number: listing for listing in alerts.listings()}
    return [listing_json(one, alerts.results(number)) for number, one in numbers.items() if only in (None, number)]
