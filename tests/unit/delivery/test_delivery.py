"""Delivery: what an alert finds reaches its receivers, with the same id until it is delivered."""

import base64
import hashlib
import hmac
import os
import shutil
import sqlite3
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random

import filelock
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from index.cli import Following
from index.cli.indexing import _failures_noted
from index.core.errors import AlreadySending, BadSettings, NotDelivered
from index.core.scope import Scope
from index.core.settings import Settings, load_settings
from rag.analysis.alert_runs import run_alerts
from rag.answering.models import Standalone
from rag.delivery.mail import _written, send_mail
from rag.delivery.messages import Mail, compose_failure_with, compose_with
from rag.delivery.reports import outbox_lines
from rag.delivery.sending import Which, deliver, deliver_due, note_failed_run
from rag.delivery.webhook import send_webhook
from rag.evidence.permalinks import Place
from rag.storage.alerts import AlertStore
from rag.storage.outbox import Message, NewMessage, put_messages
from tests.conftest import ROOT, CommandLine, Newsroom, wait_until
from tests.project.test_docs import check
from tests.support.forked import start_forked
from tests.support.receivers import Webhook, serve_mail, serve_webhook
from ui.doctor import examine

COST = "How much will the new ferries cost?"
SAID = "The new ferries will cost {} million crowns, the harbour authority said."
SECRET = "whsec_" + base64.b64encode(b"a secret of the desk").decode()


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with serve_webhook() as hook:
        yield hook


def with_webhook(newsroom: Newsroom, hook: Webhook, **more: object) -> Settings:
    update = {"webhook_url": SecretStr(hook.url), "webhook_secret": SecretStr(SECRET), "webhook_private": True, **more}
    return newsroom.library.settings.model_copy(update=update)


def find(newsroom: Newsroom, settings: Settings, million: int = 61) -> AlertStore:
    """Have an alert find something new."""
    alerts = AlertStore(settings.store)
    alerts.keep(COST, Standalone(COST, ""), scope=Scope(), shelf=newsroom.library.shelf)
    newsroom.write(f"{million}.txt", SAID.format(million))
    newsroom.indexed()
    assert list(run_alerts(newsroom.library, alerts, compose=compose_with(settings)))
    return alerts


def problems(settings: Settings, alerts: AlertStore) -> list[str]:
    return [sent.problem for sent in deliver(settings, alerts, which=Which(at_once=True))]


def test_a_webhook_that_fails_twice_gets_the_message_with_one_id_and_a_right_signature(
    newsroom: Newsroom, hook: Webhook
) -> None:
    settings = with_webhook(newsroom, hook, page_url="https://news.example/")
    alerts = find(newsroom, settings)
    hook.statuses = [503, 500]
    for status in hook.statuses[:]:
        (problem,) = problems(settings, alerts)
        assert f"127.0.0.1: the server answered {status}" in problem
        assert "path-key" not in problem
        assert list(deliver(settings, alerts)) == [], "the next attempt is later"
    assert problems(settings, alerts) == [""]
    assert (problems(settings, alerts), alerts.outbox.waiting()) == ([], [])

    assert len({(one.headers["webhook-id"], one.body) for one in hook.posted}) == 1
    posted = hook.posted[-1]
    signed = f"{posted.headers['webhook-id']}.{posted.headers['webhook-timestamp']}.".encode() + posted.body
    expected = base64.b64encode(hmac.new(b"a secret of the desk", signed, hashlib.sha256).digest()).decode()
    assert posted.headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(posted.headers["webhook-timestamp"]) - time.time()) < 300
    check("webhook", posted.body.decode())
    (quote,), (address,) = posted.json["quotes"], posted.json["links"]
    assert (posted.json["event"], posted.json["searched_as"]) == ("alert", COST)
    with newsroom.library.shelf.read() as reading:
        article = reading.article(quote["path"])
    assert article.text[quote["start"] : quote["end"]] == quote["quote"] == SAID.format(61)
    assert address.startswith("https://news.example/?article=61.txt&quote=")
    place = Place.read(address.partition("&quote=")[2])
    assert place
    assert place.span.cut(article.text) == quote["quote"]


def test_a_webhook_on_a_private_network_gets_nothing_unless_that_is_set(newsroom: Newsroom, hook: Webhook) -> None:
    settings = with_webhook(newsroom, hook, webhook_private=False)
    alerts = find(newsroom, settings)
    (problem,) = problems(settings, alerts)
    assert "port" in problem
    at_port_80 = settings.model_copy(update={"webhook_url": SecretStr("http://127.0.0.1/hook")})
    (problem,) = problems(at_port_80, alerts)
    assert "127.0.0.1, which is not on the public internet" in problem
    assert "set DATELINE_WEBHOOK_PRIVATE=True" in problem
    hook.statuses, hook.headers = [302], {"Location": "http://127.0.0.1/"}
    (problem,) = problems(with_webhook(newsroom, hook), alerts)
    assert "answered 302" in problem, "a redirect is not followed"
    assert "DATELINE_WEBHOOK_PRIVATE" not in problem, "it is set"
    nowhere = with_webhook(newsroom, hook, webhook_url=SecretStr("http://a:b@127.0.0.1/"))
    (problem,) = problems(nowhere, alerts)
    assert "user name or password" in problem
    assert "DATELINE_WEBHOOK_PRIVATE" not in problem
    assert len(hook.posted) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("3600", timedelta(hours=1), timedelta(hours=2)),
        (format_datetime(datetime.now(UTC) + timedelta(hours=5), usegmt=True), timedelta(hours=4), timedelta(hours=6)),
        ("99999999", timedelta(hours=23), timedelta(hours=25)),
        ("soon", timedelta(0), timedelta(minutes=5)),
    ],
    ids=["seconds", "date", "too long", "nonsense"],
)
def test_a_webhook_is_left_alone_for_as_long_as_it_asks(
    newsroom: Newsroom, hook: Webhook, status: int, asked: str, least: timedelta, most: timedelta
) -> None:
    settings, begun = with_webhook(newsroom, hook), datetime.now(UTC) - timedelta(seconds=1)
    for million in (61, 62):
        alerts = find(newsroom, settings, million)
    hook.statuses, hook.headers = [status], {"Retry-After": asked}
    (sent,) = deliver(settings, alerts)
    assert f"answered {status}" in sent.problem
    first, second = alerts.outbox.waiting()
    assert first.due
    assert begun + least <= first.due <= begun + most
    if asked != "soon":
        assert second.due == first.due, "its other messages wait too"
        assert list(deliver(settings, alerts)) == []


def test_what_cannot_be_delivered_is_kept_and_said_by_command_and_doctor(
    newsroom: Newsroom, hook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    settings = with_webhook(newsroom, hook)
    alerts = find(newsroom, settings)
    hook.statuses = [500] * 4
    for _ in range(4):
        assert problems(settings, alerts) != [""]
    (message,) = alerts.outbox.waiting()
    assert message.attempts == 4
    assert message.due
    assert message.due > datetime.now(UTC) + timedelta(minutes=10), "the pauses grow"
    (line,) = outbox_lines(alerts.outbox.waiting(), None)
    assert line.startswith("1 message to the webhook not delivered yet. Webhook 127.0.0.1: the server answered 500")
    assert line.endswith("Send now with `dateline alerts send`, or delete with `dateline alerts discard`.")
    assert caplog.text.count("could not be delivered") == 1
    assert "path-key" not in caplog.text
    found = [finding for finding in examine(settings, port=1, port_error=None) if finding.check == "alerts"]
    assert [(finding.state, finding.found) for finding in found] == [("warning", line)]

    alerts.mark_read(1, up_to=99)
    assert alerts.outbox.waiting(), "it is sent though it was read on the page"
    alerts.remove(1)
    assert not alerts.outbox.waiting(), "an alert that is removed sends nothing any more"


def test_a_receiver_that_fails_is_asked_once_in_a_turn_and_stops_no_other(newsroom: Newsroom, hook: Webhook) -> None:
    with serve_mail() as box:
        settings = by_mail(newsroom, box.port, webhook_url=SecretStr(hook.url), webhook_private=True)
        for million in (61, 62):
            alerts = find(newsroom, settings, million)
        hook.statuses = [500]
        assert sorted(bool(problem) for problem in problems(settings, alerts)) == [False] * 4 + [True]
        assert (len(box.mails), len(hook.posted), len(alerts.outbox.waiting())) == (4, 1, 2)


def test_the_command_notes_runs_that_fail(dateline: CommandLine) -> None:
    dateline("alerts", COST)
    store = dateline.folder / ".dateline"
    (dateline.folder / "seeds").rename(dateline.folder / "elsewhere")
    assert dateline("index").returncode == 1
    assert AlertStore(store).outbox.failing_since()
    assert "Runs have failed since" in dateline("alerts").stderr
    (dateline.folder / "elsewhere").rename(dateline.folder / "seeds")
    assert dateline("index").returncode == 0
    assert AlertStore(store).outbox.failing_since() is None


def test_while_runs_fail_the_command_sends_the_message_about_them(dateline: CommandLine, hook: Webhook) -> None:
    environment = {"DATELINE_WEBHOOK_URL": hook.url, "DATELINE_WEBHOOK_PRIVATE": "1"}
    dateline("alerts", COST)
    note_failure_of_two_days_ago(AlertStore(dateline.folder / ".dateline"))
    (dateline.folder / "seeds").rename(dateline.folder / "elsewhere")
    assert dateline("index", **environment).returncode == 1
    (posted,) = hook.posted
    assert posted.json["event"] == "alerts_failing"
    assert "There is no folder" in posted.json["problem"]


def note_failure_of_two_days_ago(alerts: AlertStore) -> None:
    alerts.outbox.note_failure(now=datetime.now(UTC) - timedelta(days=2), after=timedelta(0), compose=lambda _: [])


@pytest.mark.parametrize("command", ["index", "watch"])
def test_a_store_that_cannot_be_opened_is_a_failed_run(dateline: CommandLine, command: str) -> None:
    dateline("alerts", COST)
    store = dateline.folder / ".dateline"
    for file in store.glob("articles.*"):
        file.unlink()
    (store / "articles.db").write_text("Somebody's notes, and no database.")
    run = dateline(command)
    assert run.returncode == 1
    assert "damaged or not an SQLite file" in run.stderr
    assert AlertStore(store).outbox.failing_since()


def test_an_unexpected_error_is_a_failed_run(newsroom: Newsroom) -> None:
    settings, noted = newsroom.library.settings, list[str]()
    following = Following(lambda *_: None, lambda _, problem: noted.append(problem), lambda *_: None)
    for error in (ZeroDivisionError("words of an article"), OSError(28, "No space left on device")):
        with pytest.raises(type(error)), _failures_noted(settings, following):
            raise error
    assert noted == [
        "An unexpected error ended the run (ZeroDivisionError). Expected it to end well.",
        "An unexpected error ended the run (No space left on device). Expected it to end well.",
    ]


def test_a_message_that_runs_fail_is_not_sent_once_a_run_succeeds(newsroom: Newsroom, hook: Webhook) -> None:
    settings = with_webhook(newsroom, hook)
    alerts = find(newsroom, settings)
    note_failure_of_two_days_ago(alerts)
    note_failed_run(settings, "No such folder.")
    assert len(alerts.outbox.waiting()) == 2
    alerts.outbox.note_success()
    assert [sent.problem for sent in deliver_due(settings)] == [""]
    assert [posted.json["event"] for posted in hook.posted] == ["alert"]


def test_what_is_discarded_during_a_round_is_not_sent(newsroom: Newsroom, hook: Webhook) -> None:
    settings = with_webhook(newsroom, hook)
    for million in (61, 62, 63):
        alerts = find(newsroom, settings, million)
    sending = deliver(settings, alerts)
    assert next(sending).problem == ""
    assert alerts.outbox.discard() == 2
    assert list(sending) == []
    assert len(hook.posted) == 1


def test_what_is_found_during_a_round_is_sent_in_it(newsroom: Newsroom, hook: Webhook) -> None:
    settings = with_webhook(newsroom, hook)
    sending = deliver(settings, find(newsroom, settings))
    assert next(sending).problem == ""
    find(newsroom, settings, 62)
    assert [sent.problem for sent in sending] == [""]


def test_a_receiver_that_was_removed_from_the_settings_gets_nothing(newsroom: Newsroom) -> None:
    with serve_mail() as box:
        alerts = find(newsroom, by_mail(newsroom, box.port))
        only_bo = by_mail(newsroom, box.port, mail_to="bo@example.org")
        removed, delivered = problems(only_bo, alerts)
    assert removed.startswith("ana@example.org is no longer in DATELINE_MAIL_TO")
    assert delivered == ""
    assert [to for to, _ in box.mails] == [["bo@example.org"]]


def test_messages_of_a_restored_backup_are_sent_on_request_only(dateline: CommandLine, hook: Webhook) -> None:
    environment = {"DATELINE_WEBHOOK_URL": hook.url, "DATELINE_WEBHOOK_PRIVATE": "1"}
    with AlertStore(dateline.folder / ".dateline")._database.writing() as connection:
        put_messages(connection, [NewMessage("webhook", "", "{}")] * 2, question=None)
    assert dateline("backup", "b.tar").returncode == 0
    assert dateline("alerts", "discard").stdout == "Deleted 2 messages that waited.\n"
    copy = ("--seeds", "new", "--store", "new-store")
    restored = dateline("restore", "b.tar", *copy).stdout
    assert "2 messages about alerts waited in the backup" in restored
    assert "`dateline alerts send --restored`" in restored
    assert dateline("index", *copy, **environment).returncode == 0
    run = dateline("alerts", "send", *copy, **environment)
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr.startswith("2 messages from a backup not sent, as they may have been sent before.")
    assert hook.posted == []
    again = dateline("restore", "b.tar", *copy, "--replace", "--json")
    assert check("restore", again.stdout)[0]["held"] == 2
    hook.statuses = [500]
    assert dateline("alerts", "send", "--restored", *copy, **environment).returncode == 1
    assert "Next attempt at" in dateline("alerts", *copy).stderr
    sent = dateline("alerts", "send", "--restored", *copy, **environment).stdout
    assert sent == "delivered the webhook\n" * 2


def test_another_process_that_is_sending_is_reported(dateline: CommandLine, hook: Webhook) -> None:
    environment = {"DATELINE_WEBHOOK_URL": hook.url, "DATELINE_WEBHOOK_PRIVATE": "1"}
    alerts = AlertStore(dateline.folder / ".dateline")
    with alerts._database.writing() as connection:
        put_messages(connection, [NewMessage("webhook", "", "{}")], question=None)
    with filelock.FileLock(alerts.path.with_name("sending.lock")):
        run = dateline("alerts", "send", **environment)
        settings = Settings(store=alerts.path.parent, _env_file=None)
        with pytest.raises(AlreadySending):
            list(deliver(settings, alerts, wait_seconds=0))
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("Another process is sending the messages.")
    assert dateline("alerts", "send", **environment).stdout == "delivered the webhook\n"


@pytest.mark.slow
def test_a_message_is_counted_once_over_twenty_kills(newsroom: Newsroom, hook: Webhook) -> None:
    settings, chance = with_webhook(newsroom, hook), Random(3)
    alerts = find(newsroom, settings)
    with alerts._database.writing() as connection:
        put_messages(connection, [NewMessage("webhook", "", f'{{"number": {n}}}') for n in range(39)], question=1)
    ids = [message.id for message in alerts.outbox.waiting()]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATELINE_WEBHOOK_URL": hook.url,
        "DATELINE_WEBHOOK_PRIVATE": "1",
        "DATELINE_SEEDS": str(settings.seeds),
        "DATELINE_STORE": str(settings.store),
    }
    output, hook.pause, left = settings.store / "output", 0.06, [len(ids)]
    for _ in range(20):
        seen = len(hook.posted)
        process = start_forked(
            ["alerts", "send"], folder=settings.store, environment=environment, said=output, complained=output
        )
        wait_until(lambda seen=seen: len(hook.posted) > seen)  # type: ignore[misc]
        time.sleep(chance.random() * 0.1)  # before the answer, while it is stored, or in the next message
        process.kill()
        process.join()
        assert process.exitcode == -9
        left.append(len(alerts.outbox.waiting()))
    hook.pause = 0
    assert set(problems(settings, alerts)) <= {""}
    assert alerts.outbox.waiting() == []
    assert len(set(left)) > 2, "some were stored as delivered"
    assert len(hook.posted) > len(ids), "some were sent again"
    assert {one.headers["webhook-id"] for one in hook.posted} == set(ids), "each arrives, and no other id is made"
    bodies = {(one.headers["webhook-id"], one.body) for one in hook.posted}
    assert len(bodies) == len(ids), "a receiver that counts an id once has each message once"


def test_a_finding_and_its_messages_are_saved_together_or_not_at_all(newsroom: Newsroom, hook: Webhook) -> None:
    settings = with_webhook(newsroom, hook)
    alerts = AlertStore(settings.store)
    alerts.keep(COST, Standalone(COST, ""), scope=Scope(), shelf=newsroom.library.shelf)
    newsroom.write("61.txt", SAID.format(61))
    newsroom.indexed()

    def fail(*_: object) -> list[NewMessage]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(run_alerts(newsroom.library, alerts, compose=fail))
    assert (alerts.results(1), alerts.outbox.waiting()) == ((), [])
    assert list(run_alerts(newsroom.library, alerts, compose=compose_with(settings)))
    assert (len(alerts.results(1)), len(alerts.outbox.waiting())) == (1, 1)


def test_runs_that_fail_for_long_are_reported_once(newsroom: Newsroom, hook: Webhook) -> None:
    settings = with_webhook(newsroom, hook)
    alerts, now, day = AlertStore(settings.store), datetime.now(UTC), timedelta(days=1)
    compose = compose_failure_with(settings, "No such folder: https://x.example/?key=1. Expected one.")

    def fail(hours: int) -> bool:
        return alerts.outbox.note_failure(now=now + timedelta(hours=hours), after=day, compose=compose)

    assert [fail(hours) for hours in (0, 1, 23, 24, 25)] == [False, False, False, True, False]
    assert problems(settings, alerts) == [""]
    check("webhook", hook.posted[0].body.decode())
    assert hook.posted[0].json["event"] == "alerts_failing"
    assert hook.posted[0].json["problem"] == "No such folder: https://x.example/. Expected one."
    (line,) = outbox_lines([], alerts.outbox.failing_since())
    assert line.startswith("Runs have failed since 20")
    alerts.outbox.note_success()
    assert alerts.outbox.failing_since() is None
    assert [fail(hours) for hours in (30, 60)] == [False, True], "a success begins a new count"


def by_mail(newsroom: Newsroom, port: int, **more: object) -> Settings:
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "mail_from": "desk@example.org"}
    return newsroom.library.settings.model_copy(update={**mail, "mail_to": "ana@example.org, bo@example.org", **more})


def test_each_receiver_gets_a_mail_with_the_quotes_and_their_links(newsroom: Newsroom) -> None:
    with serve_mail() as box:
        settings = by_mail(newsroom, box.port)
        alerts = find(newsroom, settings)
        box.answers = ["250 OK", "451 later"]
        first, second = problems(settings, alerts)
        assert first == ""
        assert f"127.0.0.1:{box.port} answered 451" in second
        assert problems(settings, alerts) == [""], "only the one that failed is sent again"
    assert [to for to, _ in box.mails] == [["ana@example.org"], ["bo@example.org"]]
    (_, mail), _ = box.mails
    assert (mail["From"], mail["To"]) == ("desk@example.org", "ana@example.org")
    assert mail["Subject"] == f"1 new quote: {COST}"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@example.org>")
    text = mail.get_content()
    assert SAID.format(61) in text
    assert "http://localhost:8501/?article=61.txt&quote=" in text


def test_a_mail_server_that_is_away_or_offers_no_encryption_is_reported(newsroom: Newsroom) -> None:
    with serve_mail() as box:
        settings = by_mail(newsroom, box.port, smtp_security="starttls")
        alerts = find(newsroom, settings)
        assert "does not offer an encrypted connection" in problems(settings, alerts)[0]
        assert box.mails == []
    assert "cannot be reached (ConnectionRefusedError)" in problems(settings, alerts)[0]
    assert "No mail server is set" in problems(settings.model_copy(update={"smtp_host": ""}), alerts)[0]


@pytest.mark.parametrize("answer", ["500 no", "421 too many connections", "drop"])
def test_a_mail_that_was_taken_is_delivered_whatever_the_server_answers_at_the_end(
    newsroom: Newsroom, answer: str
) -> None:
    with serve_mail() as box:
        settings, box.at_the_end = by_mail(newsroom, box.port), answer
        alerts = find(newsroom, settings)
        assert problems(settings, alerts) == ["", ""]
        assert (problems(settings, alerts), len(box.mails)) == ([], 2)


def test_what_a_mail_server_does_not_offer_is_named(newsroom: Newsroom) -> None:
    with serve_mail(international=False) as box:
        settings = by_mail(newsroom, box.port, mail_to="zoë@example.org")
        alerts = find(newsroom, settings)
        assert "does not offer mail for addresses with letters that are not ASCII" in problems(settings, alerts)[0]


def test_an_unexpected_error_is_a_failed_attempt_and_stops_no_other_message(
    newsroom: Newsroom, hook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    with serve_mail() as box:
        more = {"webhook_url": SecretStr(hook.url), "webhook_private": True, "mail_to": "ana@example.org"}
        settings = by_mail(newsroom, box.port, smtp_user="desk", smtp_password=SecretStr("pässword"), **more)
        alerts = find(newsroom, settings)
        by_post, by_hook = problems(settings, alerts)
    assert "An unexpected error stopped the attempt (UnicodeEncodeError)" in by_post
    assert (by_hook, len(hook.posted)) == ("", 1)
    (message,) = alerts.outbox.waiting()
    assert (message.attempts, message.problem) == (1, by_post)
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.getMessage() == "Unexpected error"
    no_host = settings.model_copy(update={"smtp_host": "mail..example.org", "smtp_security": "starttls"})
    assert "An unexpected error stopped the attempt (UnicodeError)" in problems(no_host, alerts)[0]


def test_mail_is_encrypted_and_the_certificate_checked(newsroom: Newsroom, tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    asked = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=mail -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        ["openssl", *asked.split(), "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    with serve_mail(server) as box:
        settings = by_mail(newsroom, box.port, smtp_security="starttls")
        message, *_ = find(newsroom, settings).outbox.waiting()
        with pytest.raises(NotDelivered, match="SSLCertVerificationError"):
            send_mail(settings, message)
        assert box.mails == []
        send_mail(settings, message, certificates=ssl.create_default_context(cafile=certificate))
        assert len(box.mails) == 1


@given(subject=st.text(max_size=200), text=st.text(max_size=500))
def test_no_text_becomes_a_header(subject: str, text: str) -> None:
    settings = Settings(mail_from="desk@example.org", _env_file=None)
    body, now = Mail(f"a{subject}\r\nBcc: x@example.org", text).written(), datetime.now(UTC)
    written = _written(settings, Message("mail", "ana@example.org", body, 1, "id", now, now, 0, "")).as_bytes()
    head = written.partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    expected = "From To Subject Date Message-ID Auto-Submitted Content-Type MIME-Version Content-Transfer-Encoding"
    assert sorted(names) == sorted(expected.split())


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"WEBHOOK_URL": "file:///etc/passwd"}, "DATELINE_WEBHOOK_URL: .*expected an address"),
        ({"MAIL_TO": "ana@example.org\nBcc: x"}, "DATELINE_MAIL_TO: .*expected addresses"),
        ({"MAIL_TO": "desk(ana)@example.org"}, "DATELINE_MAIL_TO: .*expected addresses"),
        ({"MAIL_TO": "ana@example..org"}, "DATELINE_MAIL_TO: .*expected addresses"),
        ({"SMTP_HOST": "mail..example.org"}, "DATELINE_SMTP_HOST: .*expected the name of a mail server"),
        ({"SMTP_HOST": "mail.example.org:587"}, "DATELINE_SMTP_HOST: .*without port"),
        ({"SMTP_PASSWORD": "pässword"}, "DATELINE_SMTP_PASSWORD: .*expected ASCII"),
        ({"SMTP_USER": "zoë"}, "DATELINE_SMTP_USER: .*expected ASCII"),
        ({"WEBHOOK_URL": "https://hook..example.org/"}, "DATELINE_WEBHOOK_URL: .*expected an address"),
        ({"WEBHOOK_SECRET": "whsec_"}, "DATELINE_WEBHOOK_SECRET: .*expected base64"),
        ({"WEBHOOK_SECRET": "whsec_not-base64"}, "DATELINE_WEBHOOK_SECRET: .*expected base64"),
        ({"SMTP_HOST": "mail.example"}, "DATELINE_SMTP_HOST needs one address in DATELINE_MAIL_FROM"),
        (
            {"SMTP_HOST": "mail.example", "SMTP_SECURITY": "none", "MAIL_FROM": "a@b.org", "MAIL_TO": "a@b.org"},
            "the mail server is another machine",
        ),
    ],
)
def test_bad_settings_are_named(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], message: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"DATELINE_{name}", value)
    with pytest.raises(BadSettings, match=message):
        load_settings()


def test_an_earlier_file_is_brought_up_to_date(newsroom: Newsroom) -> None:
    store = newsroom.library.settings.store
    newsroom.write("a.txt", SAID.format(60))
    newsroom.indexed()
    kept = AlertStore(store).keep(COST, Standalone(COST, ""), scope=Scope(), shelf=newsroom.library.shelf)
    (store / "alerts.db").rename(store / "new.db")
    with closing(sqlite3.connect(store / "alerts.db")) as connection:
        connection.executescript((ROOT / "tests" / "data" / "alerts-2.sql").read_text())
        connection.execute("ATTACH ? AS new", (str(store / "new.db"),))
        for table in ("questions", "editions", "sentences"):
            columns = ", ".join(name for _, name, *_ in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
        connection.commit()
    again = AlertStore(store)
    assert columns_of(store / "alerts.db") == columns_of(store / "new.db")
    assert again.question(kept.number) == kept
    assert again.keep(COST, kept.standalone, scope=Scope(), shelf=newsroom.library.shelf) == kept
    assert (again.outbox.waiting(), again.outbox.failing_since()) == ([], None)
    newsroom.write("b.txt", SAID.format(61))
    newsroom.indexed()
    assert [result.count for _, result in run_alerts(newsroom.library, again)] == [1]


def columns_of(file: Path) -> dict[str, set[tuple[object, ...]]]:
    """Return the columns of each table and index, in any order."""
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
        return {
            name: {tuple(column) for _, *column in connection.execute(f"PRAGMA table_info({name})")} for name in names
        }


def test_an_alert_keeps_its_languages(newsroom: Newsroom) -> None:
    alerts = AlertStore(newsroom.library.settings.store)
    only_german = Scope(languages=frozenset({"de"}))
    kept = alerts.keep(COST, Standalone(COST, ""), scope=only_german, shelf=newsroom.library.shelf)
    assert alerts.question(kept.number).scope == only_german
    assert alerts.keep(COST, Standalone(COST, ""), scope=Scope(), shelf=newsroom.library.shelf) != kept
    newsroom.write("a.txt", SAID.format(61))
    newsroom.indexed()
    assert [asked.number for asked, _ in run_alerts(newsroom.library, alerts)] == [2], "the article is in English"


def test_the_command_sends_after_indexing_and_again_on_request(dateline: CommandLine, hook: Webhook) -> None:
    environment = {"DATELINE_WEBHOOK_URL": hook.url, "DATELINE_WEBHOOK_PRIVATE": "1"}
    assert dateline("alerts", COST, "--language", "en").returncode == 0
    (dateline.folder / "seeds" / "new.txt").write_text(SAID.format(61))
    hook.statuses = [500, 500]
    run = dateline("index", **environment)
    assert run.returncode == 0
    assert "failed    the webhook: Webhook 127.0.0.1: the server answered 500" in run.stderr
    run = dateline("alerts", "send", "--json", **environment)
    assert run.returncode == 1
    assert check("send", run.stdout)[0][0]["problem"]
    listed = dateline("alerts", **environment)
    assert "only language en" in listed.stdout
    assert "1 message to the webhook not delivered yet" in listed.stderr
    assert dateline("alerts", "send", **environment).stdout == "delivered the webhook\n"
    assert dateline("alerts", "send", **environment).stdout == "No message waits.\n"
    assert dateline("alerts", "discard").stdout == "Deleted 0 messages that waited.\n"
    assert hook.posted[0].json["quotes"][0]["quote"] == SAID.format(61)
    assert "webhook-signature" not in hook.posted[0].headers


def test_no_address_of_a_webhook_is_shown(newsroom: Newsroom) -> None:
    now = datetime.now(UTC)
    for address in ("http://127.0.0.1:1/secret-key", "http://[bad/secret-key", "http://0x7f.1/secret-key"):
        settings = newsroom.library.settings.model_copy(
            update={"webhook_url": SecretStr(address), "webhook_private": True}
        )
        with pytest.raises(NotDelivered) as raised:
            send_webhook(settings, Message("webhook", "", "{}", 1, "id", now, now, 0, ""))
        assert "secret-key" not in str(raised.value)
