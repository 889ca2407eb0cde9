"""Alerts: asked of new articles only, and each result is reported once and kept until it is read."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rag.analysis.alert_runs
from index.core.errors import EmbeddingFailed, ShelfDamaged, UnknownAlert
from index.core.scope import WHOLE, Scope
from index.vectors.embedders import CachedEmbedder, Embedder
from rag.analysis.alert_runs import run_alerts
from rag.answering.models import Standalone
from rag.answering.pipeline import answer_from, answer_question
from rag.answering.query import make_query
from rag.storage.alerts import DAMAGED, FILE_NAME, Alert, AlertStore
from tests.conftest import FENTANYL, FICTION, SEED, Newsroom, make_newsroom

COST = "How much will the new ferries cost?"
SAID = "The new ferries will cost 61 million crowns, the harbour authority said."
FERRIES = f"{(FICTION / 'ferries.txt').read_text()}\n\n{SAID}\n"


@pytest.fixture
def alerts(newsroom: Newsroom) -> AlertStore:
    return AlertStore(newsroom.library.settings.store)


def keep(alerts: AlertStore, newsroom: Newsroom, question: str = COST, scope: Scope = WHOLE) -> Alert:
    return alerts.keep(question, Standalone(question, ""), scope=scope, shelf=newsroom.library.shelf)


def ask(alerts: AlertStore, newsroom: Newsroom) -> list[list[str]]:
    """Run all alerts. Returns the quotes that each has found."""
    found = run_alerts(newsroom.library, alerts)
    return [[quote.quote for quote in result.quotes] for _, result in found]


def unread(alerts: AlertStore) -> list[int]:
    return [listing.quotes for listing in alerts.listings()]


def test_a_question_is_asked_of_new_articles_only(alerts: AlertStore, newsroom: Newsroom) -> None:
    newsroom.write("ferries.txt", FERRIES)
    newsroom.indexed()
    asked = keep(alerts, newsroom)
    assert keep(alerts, newsroom) == asked, "one that stands already is not kept twice"
    assert ask(alerts, newsroom) == [], "articles that were there when it was added are not new"
    newsroom.write("strike.txt", (FICTION / "strike.txt").read_bytes())
    newsroom.indexed()
    assert ask(alerts, newsroom) == [], "a new article that does not answer gives no result"
    newsroom.write("more.txt", "PORT ELLERY, 9 March 2026 - The new ferries will cost 61 million crowns, not less.")
    newsroom.indexed()
    assert ask(alerts, newsroom) == [["The new ferries will cost 61 million crowns, not less."]]
    assert ask(alerts, newsroom) == [], "it is reported once"

    again = AlertStore(newsroom.library.settings.store)
    (result,) = again.results(asked.number)
    assert (result.count, result.problem, unread(again)) == (1, "", [1])
    (quote,) = result.quotes
    assert quote.article.path == "more.txt"
    assert quote.quote in (newsroom.seeds / "more.txt").read_text()
    again.mark_read(asked.number, up_to=result.number)
    assert (again.results(asked.number), unread(again)) == ((), [0])
    assert again.history(asked.number) == (result,), "what was read stays, and can be read again"


@pytest.mark.slow
def test_a_new_edition_gives_only_what_it_adds(alerts: AlertStore, newsroom: Newsroom) -> None:
    newsroom.write("ferries.txt", FERRIES)
    newsroom.indexed()
    keep(alerts, newsroom)
    edited = FERRIES.replace('"We could', "The new ferries cost 9 million crowns more than planned. “We could")
    newsroom.write("ferries.txt", edited.replace("patching hulls from 1961,", "patching hulls from 1961,”"))
    newsroom.indexed()
    assert ask(alerts, newsroom) == [["The new ferries cost 9 million crowns more than planned."]]
    for name, text in (
        ("ferries.txt", FERRIES),  # an earlier edition comes back
        ("moved.txt", FERRIES),
        ("syndicated.txt", f"Title: Ferries\nOutlet: The Lamp\n\n{FERRIES.replace('—', '-')}"),
    ):
        newsroom.write(name, text)
    newsroom.indexed()
    assert ask(alerts, newsroom) == [], "a sentence that was seen word for word gives no result"
    newsroom.write("moved.txt", FERRIES.replace("cost 61", "cost 6.1"))
    newsroom.indexed()
    assert ask(alerts, newsroom) == [[SAID.replace("61", "6.1")]]


@pytest.mark.slow
def test_a_rebuilt_shelf_gives_no_false_results(alerts: AlertStore, newsroom: Newsroom) -> None:
    newsroom.write("ferries.txt", FERRIES)
    newsroom.write("strike.txt", (FICTION / "strike.txt").read_bytes())
    newsroom.indexed()
    keep(alerts, newsroom)
    keep(alerts, newsroom, "What pay rise did the train drivers accept?")
    newsroom.library.shelf.path.write_bytes(b"no shelf any more" * 1000)
    with pytest.raises(ShelfDamaged):
        ask(alerts, newsroom)
    newsroom.indexed()
    assert ask(alerts, newsroom) == []
    (newsroom.seeds / "ferries.txt").unlink()
    newsroom.indexed()
    newsroom.library.shelf.path.unlink()
    newsroom.write("ferries.txt", FERRIES)
    newsroom.write("more.txt", SAID.replace("61", "62"))
    newsroom.indexed()
    assert ask(alerts, newsroom) == [[SAID.replace("61", "62")]]


def test_a_scope_narrows_what_is_new_and_what_was_seen(alerts: AlertStore, newsroom: Newsroom) -> None:
    said = "The new ferries will cost 61 million crowns."
    newsroom.write("wire.txt", f"Outlet: The Wire\nDate: 2026-03-01\n\n{said}")
    newsroom.indexed()
    lamp = Scope(since=date(2026, 3, 1), outlets=frozenset({"The Lamp", ""}))
    asked = keep(alerts, newsroom, scope=lamp)
    assert keep(alerts, newsroom, scope=Scope(lamp.since, None, frozenset(["", "The Lamp"]))) == asked
    newsroom.write("bell.txt", "Outlet: The Bell\nDate: 2026-03-02\n\nThe new ferries will cost 62 million crowns.")
    newsroom.write("old.txt", "Outlet: The Lamp\nDate: 2026-02-02\n\nThe new ferries will cost 63 million crowns.")
    newsroom.indexed()
    assert ask(alerts, newsroom) == []
    newsroom.write("lamp.txt", f"Outlet: The Lamp\nDate: 2026-03-02\n\n{said}")
    newsroom.indexed()
    assert ask(alerts, newsroom) == [[said]], "a sentence outside its scope has not been seen"
    (result,) = alerts.results(asked.number)
    assert result.answer is not None
    assert (result.answer.searched.scope, result.answer.searched.reach.articles) == (lamp, 1)


MAYOR = "Who is the new mayor of Lindenau and what did she promise?"
ELECTED = "Title: Mayor\n\nZora Vey was sworn in as the new mayor of Lindenau on Thursday. She promised two tram lines."
COACH = "Title: Coach\n\nBela Ohm coaches the rowers of Marl since Friday. She promised two medals."
THIRD = "Zora Vey, the new mayor of Lindenau, promised a third tram line on Monday."


def test_an_alert_reports_no_promise_of_somebody_else(alerts: AlertStore, newsroom: Newsroom) -> None:
    """It was asked of several questions in one, in a chat, or saved before the parts were."""
    library = newsroom.library
    newsroom.write("mayor.txt", ELECTED)
    newsroom.indexed()
    answer, before = newsroom.ask(MAYOR), [newsroom.ask("Who is the new mayor of Lindenau?")]
    follow_up = answer_question(make_query("what did she promise?", before=before), library=library)
    as_before = Standalone(MAYOR.lower(), "")
    kept = [
        alerts.keep(question, standalone, scope=WHOLE, shelf=library.shelf)
        for question, standalone in (
            (MAYOR, answer.standalone),
            (MAYOR, as_before),
            (follow_up.question, follow_up.standalone),
        )
    ]
    assert [one.standalone for one in kept] == [answer.standalone, as_before, follow_up.standalone]
    assert len(answer.standalone.parts) == 2
    newsroom.write("coach.txt", COACH)
    newsroom.indexed()
    with library.shelf.read() as reading:
        coach = frozenset({reading.article("coach.txt").id})
    for one in kept:
        query = make_query(one.question, standalone=one.standalone)
        found = answer_from(coach, query, library=library, passed_over=lambda _: False)
        assert found.quotes == ()
    assert ask(alerts, newsroom) == []
    newsroom.write("trams.txt", f"Title: Trams\n\n{THIRD}")
    newsroom.indexed()
    assert ask(alerts, newsroom) == [[THIRD]] * 3


def test_alerts_that_were_kept_without_their_parts_are_read(alerts: AlertStore, newsroom: Newsroom) -> None:
    asked = keep(alerts, newsroom)
    with closing(sqlite3.connect(alerts.path)) as connection:
        for change in ("DROP TABLE outbox", "DROP TABLE runs", "ALTER TABLE editions DROP COLUMN language"):
            connection.execute(change)
        connection.execute("ALTER TABLE questions DROP COLUMN parts")
        connection.execute("ALTER TABLE news DROP COLUMN read")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    assert AlertStore(newsroom.library.settings.store).question(asked.number) == asked
    assert [listing.asked for listing in alerts.listings()] == [asked]


@pytest.mark.slow
def test_an_alert_of_a_follow_up_keeps_its_subject(alerts: AlertStore, newsroom: Newsroom) -> None:
    newsroom.write("deal.txt", SEED.read_bytes())
    newsroom.indexed()
    appointed = "The liaison officers on fentanyl precursors will be appointed in May 2027, Jaiswal said."
    first = newsroom.ask(FENTANYL)
    answer = answer_question(make_query("when will they be appointed?", before=[first]), library=newsroom.library)
    asked = alerts.keep(answer.question, answer.standalone, scope=WHOLE, shelf=newsroom.library.shelf)
    assert alerts.question(asked.number).standalone == answer.standalone
    assert answer.standalone.subject
    newsroom.write("more.txt", appointed)
    newsroom.indexed()
    assert ask(alerts, newsroom) == [[appointed]]


def test_while_passages_wait_for_their_vectors_nothing_is_asked_and_nothing_lost(
    alerts: AlertStore, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.indexed()
    keep(alerts, newsroom)
    newsroom.write("ferries.txt", FERRIES)

    def fail(*_: object) -> None:
        raise EmbeddingFailed("The endpoint is down.")

    with monkeypatch.context() as patched:
        patched.setattr(CachedEmbedder, "embed_articles", fail)
        with pytest.raises(EmbeddingFailed):
            newsroom.index()
    assert newsroom.paths() == ["ferries.txt"]
    assert ask(alerts, newsroom) == []
    keep(alerts, newsroom, "What did the harbour authority say?")  # records the article as seen
    newsroom.indexed()
    assert ask(alerts, newsroom) == [[SAID]]


def test_an_article_removed_before_it_was_searched_is_new_when_it_returns(
    alerts: AlertStore, newsroom: Newsroom
) -> None:
    newsroom.indexed()
    asked = keep(alerts, newsroom)
    file = newsroom.write("ferries.txt", FERRIES)
    newsroom.indexed()
    with newsroom.library.shelf.read() as reading:
        assert alerts.note(reading)
    file.unlink()
    newsroom.indexed()
    assert ask(alerts, newsroom) == []
    assert alerts.question(asked.number).seen == 1
    newsroom.write("moved.txt", FERRIES)
    newsroom.indexed()
    assert len(ask(alerts, newsroom)) == 1
    newsroom.write("ferries.txt", FERRIES)
    newsroom.indexed()
    assert ask(alerts, newsroom) == []


def test_two_processes_that_ask_at_once_report_each_result_once(newsroom: Newsroom) -> None:
    newsroom.indexed()
    one, other = (AlertStore(newsroom.library.settings.store) for _ in range(2))
    for question in (COST, "How many crowns do the ferries cost?", "What did the harbour authority say?"):
        keep(one, newsroom, question)
    newsroom.write("ferries.txt", FERRIES)
    newsroom.indexed()
    together = threading.Barrier(2)
    reported: list[tuple[int, int]] = []

    def work(alerts: AlertStore) -> None:
        together.wait()
        reported.extend((asked.number, result.number) for asked, result in run_alerts(newsroom.library, alerts))

    threads = [threading.Thread(target=work, args=(alerts,)) for alerts in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(question for question, _ in reported) == [1, 2, 3]
    assert all(len(one.results(question)) == 1 for question in (1, 2, 3))


def test_the_slower_of_two_processes_asks_again_of_the_rest(
    alerts: AlertStore, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.indexed()
    asked = keep(alerts, newsroom)
    newsroom.write("ferries.txt", FERRIES)
    newsroom.indexed()
    answer, others = rag.analysis.alert_runs._answer, list[list[str]]()

    def meanwhile(*given: object) -> object:
        monkeypatch.setattr(rag.analysis.alert_runs, "_answer", answer)
        others.extend(ask(AlertStore(alerts.path.parent), newsroom))
        newsroom.write("more.txt", "The new ferries will cost 61 million crowns.")
        newsroom.indexed()
        return answer(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(rag.analysis.alert_runs, "_answer", meanwhile)
    with newsroom.library.shelf.read() as reading:
        alerts.note(reading)
    assert ask(alerts, newsroom) == [], "the other process has reported it"
    assert len(others) == 1
    assert ask(alerts, newsroom) == [["The new ferries will cost 61 million crowns."]]
    assert unread(alerts) == [len(others[0]) + 1]
    first, second = alerts.results(asked.number)
    assert alerts.results(asked.number, limit=1) == (first,)
    alerts.mark_read(asked.number, up_to=first.number)
    assert alerts.results(asked.number) == (second,), "later results stay new"
    assert alerts.history(asked.number) == (first,)


def test_a_process_that_is_killed_while_it_asks_loses_nothing(
    alerts: AlertStore, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.indexed()
    keep(alerts, newsroom)
    newsroom.write("ferries.txt", FERRIES)
    newsroom.indexed()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(AlertStore, "settle", die)
        with pytest.raises(KeyboardInterrupt):
            ask(alerts, newsroom)
    assert len(ask(AlertStore(alerts.path.parent), newsroom)) == 1


def test_a_run_stopped_between_two_alerts_is_continued(alerts: AlertStore, newsroom: Newsroom) -> None:
    newsroom.indexed()
    for question in (COST, "What did the harbour authority say?"):
        keep(alerts, newsroom, question)
    newsroom.write("ferries.txt", FERRIES)
    newsroom.indexed()
    looks = iter([False, True])
    assert len(list(run_alerts(newsroom.library, alerts, stop=lambda: next(looks)))) == 1
    assert len(ask(alerts, newsroom)) == 1


def test_a_removed_question_leaves_nothing(alerts: AlertStore, newsroom: Newsroom) -> None:
    newsroom.indexed()
    asked = keep(alerts, newsroom)
    newsroom.write("ferries.txt", FERRIES)
    newsroom.indexed()
    ask(alerts, newsroom)
    alerts.remove(asked.number)
    with pytest.raises(UnknownAlert, match="no alert 1"):
        alerts.results(asked.number)
    with pytest.raises(UnknownAlert, match="dateline alerts"):
        alerts.remove(asked.number)
    assert b"crowns" not in alerts.path.read_bytes()
    with closing(sqlite3.connect(alerts.path)) as connection:
        for table in ("questions", "editions", "sentences", "missed", "news", "articles", "rests_on"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    assert keep(alerts, newsroom).number != asked.number, "a link to the old one does not open another"


def test_quotes_of_a_removed_article_are_kept_until_what_was_read_is_deleted(
    alerts: AlertStore, newsroom: Newsroom
) -> None:
    newsroom.write("ferries.txt", f"Outlet: Qzwxrkj Times\n\n{FERRIES}")
    newsroom.indexed()
    asked = keep(alerts, newsroom)
    files = [alerts.path, alerts.path.with_name(f"{FILE_NAME}-wal")]
    assert not any(word in file.read_bytes() for file in files if file.exists() for word in (b"Qzwxrkj", b"crowns"))
    newsroom.write("more.txt", "The new ferries will cost 61 million vbnmjkl crowns.")
    newsroom.indexed()
    assert len(ask(alerts, newsroom)) == 1
    (newsroom.seeds / "more.txt").unlink()
    newsroom.indexed()
    (result,) = alerts.results(asked.number)
    assert "vbnmjkl" in result.quotes[0].quote
    alerts.mark_read(asked.number, up_to=result.number)
    assert alerts.history(asked.number) == (result,)
    alerts.forget_read(asked.number)
    assert alerts.history(asked.number) == ()
    assert not any(b"vbnmjkl" in file.read_bytes() for file in files if file.exists())


def test_a_damaged_result_is_not_shown(alerts: AlertStore, newsroom: Newsroom) -> None:
    newsroom.indexed()
    asked = keep(alerts, newsroom)
    newsroom.write("ferries.txt", FERRIES)
    newsroom.indexed()
    ask(alerts, newsroom)
    with closing(sqlite3.connect(alerts.path)) as connection:
        whole = connection.execute("SELECT answer FROM news").fetchone()
        for harm, repair in (
            ("UPDATE news SET answer = replace(answer, 'cost', 'lose')", "UPDATE news SET answer = ?"),
            ("UPDATE news SET answer = json_remove(answer, '$.digest')", "UPDATE news SET answer = ?"),
            ("UPDATE articles SET article = replace(article, 'cost', 'lose')", ""),
        ):
            connection.execute(harm)
            connection.commit()
            (result,) = alerts.results(asked.number)
            assert (result.answer, result.quotes, result.problem) == (None, (), DAMAGED), harm
            if repair:
                connection.execute(repair, whole)
    alerts.mark_read(asked.number, up_to=result.number)
    assert unread(alerts) == [0]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, model: Embedder) -> Iterator[Newsroom]:
    made = make_newsroom(tmp_path_factory.mktemp("alerts"), model)
    yield made
    made.library.index.release()


NAMES = [f"{number}.txt" for number in range(4)]
COSTS = [f"The new ferries of Port Ellery will cost {number} million crowns." for number in (31, 42, 53)]


@pytest.mark.slow
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from(NAMES), st.sampled_from([None, *COSTS]), min_size=1, max_size=3),
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_every_edition_is_either_seen_or_new(room: Newsroom, steps: list[tuple[dict[str, str | None], bool]]) -> None:
    """Articles are added, removed and restored. Each sentence is reported once, unless it was there at the start."""
    for file in (*room.seeds.iterdir(), *room.library.settings.store.glob(f"{FILE_NAME}*")):
        file.unlink()
    room.write(NAMES[0], COSTS[0])
    room.indexed()
    alerts = AlertStore(room.library.settings.store)
    number = keep(alerts, room).number
    stood, reported = {COSTS[0]}, list[str]()
    for changes, asks in steps:
        for name, text in changes.items():
            if text:
                room.write(name, text)
            else:
                (room.seeds / name).unlink(missing_ok=True)
        room.indexed()
        asked = alerts.question(number)
        with room.library.shelf.read() as reading:
            alerts.note(reading)
            visible = {listing.id for listing in reading.listings()}
            here = {article.text for article in reading.articles(list(visible)).values()}
        pending, _ = alerts.pending(asked)
        assert pending - visible <= pending, "what went is not forgotten"
        if asks:
            reported += [quote for quotes in ask(alerts, room) for quote in quotes]
            stood |= here
            pending, _ = alerts.pending(alerts.question(number))
            assert not pending & visible, "all that is there has been seen"
            assert sorted([COSTS[0], *reported]) == sorted(stood), "each sentence once"
