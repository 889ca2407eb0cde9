"""Corrections by hand: they take effect immediately, stay when the shelf is rebuilt, and follow their article."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.core.errors import BadCorrection, StoreMismatch, UnknownArticle
from index.core.scope import Scope
from index.pipeline.corrections import correct_article, list_corrections, undo_correction
from index.pipeline.events import Visible
from index.pipeline.library import set_damaged_aside
from index.pipeline.sync import complete_vectors, sync_shelf
from index.shelf.corrections import CorrectionStore
from index.text.articles import Article, Correctable, Corrected
from tests.conftest import Newsroom, ids_in_chroma

TEXT = "Ferry aground\nBy Per Nye\n\nAALBORG, May 4, 2026 (Bee) - The ferry Halla ran aground off Tarn. All were saved."
ROWS = ("The weir at Tarn holds.", "The bridge at Quarrow is shut.", "The mill at Lind burned down.")
DAY = date(2026, 2, 5)


def article(newsroom: Newsroom, path: str = "a.txt") -> Article:
    with newsroom.library.shelf.read(checked=True) as reading:
        return reading.article(path)


def correct(newsroom: Newsroom, path: str = "a.txt", **given: str) -> Article:
    """Correct an article as `dateline edit` does, and return it as it is on the shelf."""
    correct_article(newsroom.library, path, given)  # type: ignore[arg-type]
    list(complete_vectors(newsroom.library))
    return article(newsroom, path)


def write_rows(newsroom: Newsroom, *texts: str, name: str = "rows.jsonl") -> None:
    lines = [json.dumps({"text": text, "title": f"Report on {text.split()[1]}"}) for text in texts]
    newsroom.write(name, "\n".join(lines))


@pytest.fixture
def desk(newsroom: Newsroom) -> Newsroom:
    """A newsroom with an article."""
    newsroom.write("a.txt", TEXT)
    newsroom.index()
    return newsroom


def test_a_correction_takes_effect_immediately_everywhere(desk: Newsroom) -> None:
    before = article(desk)
    now = correct(
        desk, title="Halla refloated", published="2026-02-05", outlet="The Tarn Letter", author="none", place="Tarn"
    )
    assert (now.title, now.published, now.outlet, now.author, now.place) == (
        "Halla refloated", DAY, "The Tarn Letter", None, "Tarn"
    )  # fmt: skip
    assert (now.id, now.text, now.body, now.day) == (before.id, before.text, before.body, before.day)
    assert now.corrected == (
        Corrected("title", "Ferry aground"), Corrected("published", "2026-05-04"), Corrected("outlet", "Bee"),
        Corrected("author", "Per Nye"), Corrected("place", "Aalborg"),
    )  # fmt: skip
    assert now.own() == before
    scope = Scope(since=DAY, until=DAY, outlets=frozenset({"The Tarn Letter"}))
    with desk.library.shelf.read() as reading:
        (listing,) = reading.listings(scope=scope, titled="refloated")
        assert (listing.title, listing.corrected) == (now.title, now.corrected)
        assert reading.keyword_ranking(["refloat"], 5)
        assert reading.counts().embedded == reading.counts().chunks == 1
        assert reading.all_in_chroma()
        assert len(ids_in_chroma(desk.library.index, reading.record("collection"))) == 1
    answer = desk.ask("Who was saved from the ferry Halla?", scope=scope)
    assert {quote.article for quote in answer.quotes} == {now}


def test_a_correction_stays_when_the_shelf_is_rebuilt_or_the_file_changes(desk: Newsroom) -> None:
    corrected = correct(desk, published="none", place="Tarn")
    list(sync_shelf(desk.library, rebuild=True))
    assert article(desk) == corrected
    assert desk.indexed().visible == 0
    desk.write("a.txt", TEXT.replace("May 4", "May 6").replace("AALBORG", "HALDEN"))
    desk.index()
    assert (article(desk).published, article(desk).place) == (None, "Tarn")
    (listed,) = list_corrections(desk.library)
    assert listed.own == {"published": "2026-05-06", "place": "Halden"}


def test_a_correction_follows_a_renamed_file_and_waits_for_one_that_is_gone(desk: Newsroom) -> None:
    correct(desk, place="Tarn")
    (desk.seeds / "a.txt").rename(desk.seeds / "2026.txt")
    desk.index()
    assert article(desk, "2026.txt").place == "Tarn"
    (desk.seeds / "2026.txt").unlink()
    desk.index()
    (waiting,) = list_corrections(desk.library)
    assert (waiting.correction.path, waiting.article, waiting.own) == ("2026.txt", None, {})
    desk.write("2026.txt", TEXT)
    desk.index()
    assert article(desk, "2026.txt").place == "Tarn"


def test_a_correction_of_a_numbered_article_follows_its_number(newsroom: Newsroom) -> None:
    write_rows(newsroom, *ROWS)
    newsroom.index()
    correct(newsroom, "rows.jsonl#2", outlet="The Quarrow Post")
    correct(newsroom, "rows.jsonl#3", published="2026-02-05")

    def corrected() -> dict[str, str]:
        newsroom.index()
        with newsroom.library.shelf.read() as reading:
            articles = reading.articles_at(reading.corrected_paths())
        return {path: one.text.split()[1] + one.corrected[0].field for path, one in articles.items()}

    write_rows(newsroom, "A hall at Aldmere opened.", *ROWS)
    assert corrected() == {"rows.jsonl#3": "bridgeoutlet", "rows.jsonl#4": "millpublished"}
    write_rows(newsroom, ROWS[0], ROWS[1].replace("shut", "open"), ROWS[2])
    assert corrected() == {"rows.jsonl#3": "millpublished"}, "#3 was another article before"
    write_rows(newsroom, ROWS[0], ROWS[2])
    assert corrected() == {"rows.jsonl#2": "millpublished"}
    write_rows(newsroom, ROWS[0], ROWS[2].replace("burned down", "burns"))
    assert corrected() == {"rows.jsonl#2": "millpublished"}, "an edited article has its title"
    write_rows(newsroom, ROWS[0], "The pier at Lind is shut.")
    assert corrected() == {}


def corrected_places(newsroom: Newsroom) -> dict[str, str | None]:
    """Return the place of each corrected article on the shelf, by path."""
    with newsroom.library.shelf.read() as reading:
        articles = reading.articles_at(reading.corrected_paths())
    return {path: one.place for path, one in articles.items()}


def test_corrections_follow_files_that_swap_names(desk: Newsroom) -> None:
    other = TEXT.replace("Halla", "Vigdis")
    desk.write("b.txt", other)
    desk.index()
    correct(desk, place="Tarn")
    desk.write("a.txt", other)
    desk.write("b.txt", TEXT)
    desk.index()
    assert corrected_places(desk) == {"b.txt": "Tarn"}
    correct(desk, "a.txt", place="Lind")
    desk.write("a.txt", TEXT)
    desk.write("b.txt", other)
    desk.index()
    assert corrected_places(desk) == {"a.txt": "Tarn", "b.txt": "Lind"}


def test_a_correction_that_waits_is_for_no_other_article_of_that_name(desk: Newsroom) -> None:
    correct(desk, place="Tarn")
    (desk.seeds / "a.txt").unlink()
    desk.index()
    desk.write("a.txt", "The mill at Lind burned down. No one was hurt.")
    desk.index()
    assert corrected_places(desk) == {}
    (listed,) = list_corrections(desk.library)
    assert listed.article is None
    desk.write("a.txt", TEXT.replace("All were", "Everybody was"))
    desk.index()
    assert corrected_places(desk) == {"a.txt": "Tarn"}, "its title is that of the corrected article"


def test_a_correction_follows_a_file_renamed_before_a_run_that_was_stopped(desk: Newsroom) -> None:
    correct(desk, place="Tarn")
    (desk.seeds / "a.txt").rename(desk.seeds / "b.txt")
    for event in sync_shelf(desk.library):
        if isinstance(event, Visible):
            break
    assert corrected_places(desk) == {}
    desk.write("c.txt", "The mill at Lind burned down.")
    desk.index()
    assert corrected_places(desk) == {"b.txt": "Tarn"}


def test_a_correction_does_not_move_to_an_older_copy(desk: Newsroom) -> None:
    desk.write("copy.txt", TEXT)
    desk.index()
    correct(desk, place="Tarn")
    (desk.seeds / "a.txt").unlink()
    desk.index()
    assert corrected_places(desk) == {}
    assert [one.correction.path for one in list_corrections(desk.library)] == ["a.txt"]


def test_of_two_corrections_for_one_file_none_is_lost(desk: Newsroom) -> None:
    desk.write("b.txt", TEXT)
    desk.index()
    correct(desk, "a.txt", place="Tarn")
    correct(desk, "b.txt", place="Lind")
    (desk.seeds / "a.txt").rename(desk.seeds / "c.txt")
    (desk.seeds / "b.txt").unlink()
    desk.index()
    assert corrected_places(desk) == {"c.txt": "Tarn"}
    assert [one.correction.path for one in list_corrections(desk.library)] == ["b.txt", "c.txt"]


def test_the_correction_of_a_file_that_another_replaced_waits(desk: Newsroom) -> None:
    other = TEXT.replace("Halla", "Vigdis")
    desk.write("b.txt", other)
    desk.index()
    correct(desk, "a.txt", place="Tarn")
    correct(desk, "b.txt", place="Lind")
    (desk.seeds / "a.txt").replace(desk.seeds / "b.txt")
    desk.index()
    assert corrected_places(desk) == {"b.txt": "Tarn"}
    desk.write("restored.txt", other)
    desk.index()
    assert corrected_places(desk) == {"b.txt": "Tarn", "restored.txt": "Lind"}


def test_a_file_of_corrections_of_the_first_version_is_migrated(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "corrections.db")) as old:
        old.execute("CREATE TABLE corrections (path TEXT PRIMARY KEY, stated TEXT, digest TEXT, title TEXT, made TEXT)")
        old.execute("""INSERT INTO corrections VALUES ('a.txt', '{"place": "Tarn"}', '', 'Halla', '2026-02-05')""")
        old.execute(f"PRAGMA application_id = {0x444C434F}")
        old.execute("PRAGMA user_version = 1")
        old.commit()
    (correction,) = CorrectionStore(tmp_path).all()
    assert (correction.stated, correction.waiting) == ({"place": "Tarn"}, False)


def test_corrections_are_undone_one_by_one_or_all(desk: Newsroom) -> None:
    before = article(desk)
    correct(desk, place="Tarn", author="Asha Rao")
    assert [one.field for one in correct(desk, author="Per Nye").corrected] == ["place"], "as the file has it"
    assert correct(desk, title="Halla").place == "Tarn"
    undo_correction(desk.library, "a.txt")
    assert article(desk) == before
    assert list_corrections(desk.library) == []
    with pytest.raises(BadCorrection, match="is not corrected"):
        undo_correction(desk.library, "a.txt")


def test_vectors_are_made_again_only_if_the_heading_has_changed(desk: Newsroom) -> None:
    class Counting:
        model, texts = desk.library.embedder.model, list[str]()

        def embed_articles(self, texts: list[str]) -> object:
            self.texts += texts
            return desk.library.embedder.embed_articles(texts)

    library = replace(desk.library, embedder=Counting())  # type: ignore[arg-type]
    for given, made in (({"author": "Asha Rao"}, 0), ({"title": "Halla refloated"}, 1)):
        correct_article(library, "a.txt", given)  # type: ignore[arg-type]
        list(complete_vectors(library))
        assert len(Counting.texts) == made


def test_a_wrong_correction_is_refused_and_changes_nothing(desk: Newsroom, subtests: pytest.Subtests) -> None:
    wrong: list[tuple[dict[Correctable, str], str]] = [
        ({"published": "2999-01-01"}, "in the future"),
        ({"published": "1512-01-01"}, "too early"),
        ({"published": "2026-02-30"}, "is no day. Expected YYYY-MM-DD"),
        ({"published": "5 Feb 2026"}, "is no day. Expected YYYY-MM-DD"),
        ({"published": ""}, "The day is empty. Expected the day of the article, or none if it has none."),
        ({"title": " \n"}, "The title is empty. Expected the title of the article."),
        ({"title": "none"}, "An article needs a title"),
        ({"outlet": "x" * 301}, "Expected at most 300"),
        ({"author": "\udcff"}, "not UTF-8"),
        ({"place": "Tarn", "outlet": ""}, "The outlet is empty"),
    ]
    before = article(desk)
    for given, message in wrong:
        with subtests.test(message), pytest.raises(BadCorrection, match=message):
            correct_article(desk.library, "a.txt", given)
    assert article(desk) == before
    assert CorrectionStore(desk.library.settings.store).all() == []


def test_an_unknown_article_is_not_corrected(desk: Newsroom) -> None:
    with pytest.raises(UnknownArticle, match=r"No article 'b\.txt' is on the shelf"):
        correct_article(desk.library, "b.txt", {"place": "Tarn"})
    assert not (desk.library.settings.store / "corrections.db").exists()


def test_a_damaged_file_of_corrections_is_reported_and_set_aside(tmp_path: Path) -> None:
    store, file = CorrectionStore(tmp_path), tmp_path / "corrections.db"
    assert store.all() == []
    assert not file.exists()
    file.write_bytes(b"not SQLite at all, and longer than its header of a hundred bytes" * 3)
    with pytest.raises(StoreMismatch, match="Expected a file of corrections"):
        store.all()
    assert set_damaged_aside(tmp_path) == [(file, tmp_path / "corrections.db.aside-1")]
    assert store.all() == []


def test_a_correction_is_plain_text_on_one_line(desk: Newsroom) -> None:
    assert correct(desk, title="  Halla\n\x1b[31m refloated ").title == "Halla [31m refloated"
