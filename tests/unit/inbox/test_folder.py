"""The seeds folder: whatever the name of an added file, the folder gains an article and loses nothing."""

import errno
import os
import resource
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.core.errors import SeedsMissing, SeedsUnwritable, UnknownSeed, UnreadableArticle
from index.inbox.folder import Added, add_seed, clean_name, remove_seed, replace_seed, restore_seed
from index.pipeline.events import Rejected
from index.pipeline.file_sync import list_files
from tests.conftest import FENTANYL, SEED, Newsroom

TEXT = b"The River Lind fell to 4.1 metres."
OTHER = b"Train drivers went back to work."
MEGABYTE = 1_000_000
HOSTILE = (
    *(
        "../",
        "..\\",
        "/",
        "\\",
        "C:",
        "C:\\",
        "\\\\host\\share\\",
        "..",
        ".",
        "~",
        "%2e%2e%2f",
        "file://",
        "$(id)",
        "-rf ",
    ),
    *(
        "\0",
        "\n",
        "\r",
        "\t",
        "\x1b[2J",
        "\x7f",
        "\x85",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\u2028",
        "\ud800",
        "\udce4",
    ),
    *("CON", "nul", "com1", "LPT9", "COM¹", "a" * 300, "語" * 300, "e\u0301" * 200, "👩‍👩‍👧" * 60),
    *(
        " ",
        ".txt",
        ".md",
        ".TXT",
        ".txt.",
        ".txt ",
        ".txt:hidden",
        "*",
        "?",
        "|",
        "<b>",
        '"',
        "بغداد",
        "Überall",
        "नई दिल्ली",
    ),
)
names = st.lists(st.sampled_from(HOSTILE) | st.text(st.characters(), max_size=4), max_size=5).map("".join)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    return folder


@contextmanager
def new_seeds() -> Iterator[Path]:
    """Make a seeds folder for one example, alone in a new folder."""
    with tempfile.TemporaryDirectory() as outside:
        folder = Path(outside).resolve() / "seeds"
        folder.mkdir()
        yield folder


def add(seeds: Path, name: str, content: bytes = TEXT) -> Added:
    return add_seed(seeds, name, content, max_bytes=MEGABYTE)


def files_around(seeds: Path) -> dict[str, bytes]:
    """Return all files in the folder around the seeds, hidden ones too, by their path from the seeds."""
    found = seeds.parent.rglob("*")
    return {os.path.relpath(file, seeds): file.read_bytes() for file in found if file.is_file()}


@pytest.mark.slow
@given(names, st.sampled_from(["", ".txt", ".md"]))
@example("../../etc/passwd\0", ".txt")
@example("C:\\Users\\me\\CON", ".txt")
def test_an_article_with_any_name_is_added_where_indexing_reads_it(name: str, suffix: str) -> None:
    with new_seeds() as seeds:
        try:
            added = add(seeds, name + suffix)
        except UnreadableArticle:
            assert not suffix, "a name without one of the endings that are read"
            assert files_around(seeds) == {}
            return
        assert files_around(seeds) == {added.path: TEXT}
        assert list_files(seeds) == ([added.path], [], [])
        assert added.new
        assert remove_seed(seeds, added.path) == TEXT
        assert files_around(seeds) == {}


@given(names)
def test_a_clean_name_is_valid_on_any_file_system(name: str) -> None:
    clean = clean_name(name)
    assert clean_name(clean) == clean
    assert 0 < len(clean.encode()) <= 210
    assert not set(clean) & set('/\\<>:"|?*\0\n\r\t\u202e\u2066\u200b')
    assert clean == clean.strip(" ").rstrip(".").lstrip(".")
    assert clean.partition(".")[0].upper() not in {"CON", "NUL", "COM1", "LPT9", "COM¹"}


@pytest.mark.parametrize(
    "name",
    [
        "talks.txt",
        "Año nuevo.md",
        "नई दिल्ली, 12 फ़रवरी.txt",
        "بغداد.txt",
        "新聞-1.TXT",
        "2026-02-12 (Reuters) & co.txt",
        "a.b.txt",
    ],
)
def test_a_harmless_name_is_kept(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/talks.txt", "talks.txt"),
        ("C:\\Users\\me\\talks.txt", "talks.txt"),
        ("talks.txt/", "talks.txt"),
        ("talks\u202etxt.md", "talkstxt.md"),
        ("talks.txt. .", "talks.txt"),
        ("  two\t\nwords .txt", "two words.txt"),
        ("...hidden.txt", "hidden.txt"),
        ("nul.txt", "_nul.txt"),
        ("Cafe\u0301.txt", "Café.txt"),
        ("語" * 300 + ".txt", "語" * 65 + ".txt"),
        ("", "article"),
        ("..", "article"),
        ("\u202e.md", "article.md"),
    ],
)
def test_harmful_characters_are_removed_from_a_name(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(st.sampled_from(["a.txt", "A/../a.txt", "b.md", "a-2.txt"]), st.sampled_from([TEXT, OTHER, b"x"]))
    )
)
def test_no_file_is_overwritten_or_stored_twice(uploads: list[tuple[str, bytes]]) -> None:
    held: dict[str, bytes] = {}
    with new_seeds() as seeds:
        for name, content in uploads:
            added = add(seeds, name, content)
            assert added.new == (added.path not in held)
            assert held.setdefault(added.path, content) == content
            assert files_around(seeds) == held


def test_another_text_with_the_same_name_gets_the_next_free_name(seeds: Path) -> None:
    (seeds / "talks-2.txt").mkdir()
    (seeds / "talks-3.txt").symlink_to(seeds / "nowhere")
    assert add(seeds, "talks.txt", TEXT) == Added("talks.txt", new=True)
    assert add(seeds, "talks.txt", OTHER) == Added("talks-4.txt", new=True)
    assert add(seeds, "talks.txt", OTHER) == Added("talks-4.txt", new=False)


def test_a_file_that_the_folder_has_already_is_found(seeds: Path) -> None:
    (seeds / "2026" / "02").mkdir(parents=True)
    (seeds / ".hidden").mkdir()
    (seeds / ".hidden" / "talks.txt").write_bytes(OTHER)
    (seeds / "2026" / "02" / "talks.txt").write_bytes(TEXT)
    assert add(seeds, "talks.txt", TEXT) == Added("2026/02/talks.txt", new=False)
    assert add(seeds, "talks.txt", OTHER) == Added("talks.txt", new=True)


@pytest.mark.parametrize("links", [True, False])
def test_two_uploads_with_the_same_name_at_once_are_both_kept(
    seeds: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:  # as on a FAT disk
        monkeypatch.setattr(os, "link", _no_links)
    together = threading.Barrier(8)

    def upload(number: int) -> Added:
        together.wait(timeout=60)
        return add(seeds, "talks.txt", TEXT + str(number % 4).encode())

    for _ in range(10):
        before = files_around(seeds)
        with ThreadPoolExecutor(8) as readers:
            added = list(readers.map(upload, range(8)))
        held = files_around(seeds)
        assert before.items() <= held.items()
        for number, where in enumerate(added):
            assert held[where.path] == TEXT + str(number % 4).encode()
        assert len({where.path for where in added if where.new}) == len(held) - len(before)
        assert len(held) >= 4


def _no_links(*_: object, **__: object) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("scan.pdf", b"%PDF", "scan.pdf: the PDF is damaged"),
        ("../empty.txt", b" \n", "empty.txt: no text in it"),
        ("picture.txt", b"GIF89a\x80\xff\x00", "picture.txt: byte 6 is not UTF-8"),
        (
            "big.txt",
            b"word " * 300_000,
            "big.txt: 2 MB, larger than the limit of 1 MB. Split it, or raise DATELINE_MAX",
        ),
        ("", TEXT, "article: this kind of file is not supported"),
    ],
)
def test_a_file_that_is_not_an_article_is_refused_with_a_reason(
    seeds: Path, name: str, content: bytes, why: str
) -> None:
    with pytest.raises(UnreadableArticle) as caught:
        add(seeds, name, content)
    assert str(caught.value).startswith(why)
    assert files_around(seeds) == {}


def test_a_full_disk_leaves_no_file_behind(seeds: Path) -> None:
    add(seeds, "talks.txt")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(SeedsUnwritable, match=r"river.txt was not added \(File too large\). Expected a folder"):
            add(seeds, "river.txt", TEXT * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files_around(seeds) == {"talks.txt": TEXT}


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="there is no folder that root itself may not write to")
def test_a_read_only_folder_is_reported() -> None:
    with pytest.raises(SeedsUnwritable, match=r"talks.txt was not added \(.*\). Expected a folder /sys/kernel"):
        add(Path("/sys/kernel"), "talks.txt")


def test_a_missing_folder_is_not_created(tmp_path: Path) -> None:
    for change in (lambda folder: add(folder, "a.txt"), lambda folder: remove_seed(folder, "a.txt")):
        with pytest.raises(SeedsMissing, match="There is no folder"):
            change(tmp_path / "unmounted")
    assert list(tmp_path.iterdir()) == []


def test_an_added_file_has_the_usual_permissions(seeds: Path) -> None:
    (seeds / "by-hand.txt").write_bytes(OTHER)
    added = seeds / add(seeds, "talks.txt").path
    assert added.stat().st_mode == (seeds / "by-hand.txt").stat().st_mode
    assert added.stat().st_nlink == 1


@pytest.mark.parametrize(
    "path",
    [
        *(
            "../outside.txt",
            "2026/../../outside.txt",
            "$OUTSIDE",
            "link.txt",
            "inner.txt",
            "linked/outside.txt",
            "moved/a.txt",
        ),
        *(
            ".hidden.txt",
            ".git/a.txt",
            "nowhere.txt",
            "2026",
            "",
            ".",
            "..",
            "a.txt/",
            "a.txt/b",
            "a\0b",
            "\ud800",
            "\udce4",
        ),
        *("ring/a.txt", "pipe.txt", "2026\\..\\..\\outside.txt", "x" * 300),
    ],
)
def test_only_a_file_in_the_folder_is_removed(seeds: Path, path: str) -> None:
    outside = seeds.parent / "outside.txt"
    for file in (outside, seeds / "2026" / "a.txt", seeds / ".hidden.txt", seeds / ".git" / "a.txt"):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(TEXT)
    (seeds / "link.txt").symlink_to(outside)
    (seeds / "inner.txt").symlink_to(seeds / "2026" / "a.txt")
    (seeds / "linked").symlink_to(seeds.parent)
    (seeds / "moved").symlink_to(seeds / "2026")
    (seeds / "ring").symlink_to(seeds / "ring")
    os.mkfifo(seeds / "pipe.txt")
    before = files_around(seeds)
    with pytest.raises(UnknownSeed, match="Expected a path as `dateline list` shows it"):
        remove_seed(seeds, path.replace("$OUTSIDE", str(outside)))
    assert files_around(seeds) == before


def test_the_folder_may_be_a_link(seeds: Path) -> None:
    link = seeds.with_name("link")
    link.symlink_to(seeds)
    added = add(link, "talks.txt")
    assert remove_seed(link, added.path) == TEXT
    assert restore_seed(link, added.path, TEXT) == added


@pytest.mark.slow
@given(st.sampled_from(["a.txt", "2026/02/a.txt", "scan.pdf", "नई/दिल्ली.txt"]), st.binary())
def test_a_removed_file_can_be_restored(path: str, content: bytes) -> None:
    with new_seeds() as seeds:
        (seeds / path).parent.mkdir(parents=True, exist_ok=True)
        (seeds / path).write_bytes(content)
        before = files_around(seeds)
        removed = remove_seed(seeds, path)
        assert files_around(seeds) == {}
        for folder in list((seeds / path).parents)[: path.count("/")]:
            folder.rmdir()
        assert restore_seed(seeds, path, removed) == Added(path, new=True)
        assert restore_seed(seeds, path, removed) == Added(path, new=False)
        assert files_around(seeds) == before


def test_a_restored_file_overwrites_nothing(seeds: Path) -> None:
    add(seeds, "talks.txt")
    removed = remove_seed(seeds, "talks.txt")
    add(seeds, "talks.txt", OTHER)
    assert restore_seed(seeds, "talks.txt", removed) == Added("talks-2.txt", new=True)
    assert files_around(seeds) == {"talks.txt": OTHER, "talks-2.txt": TEXT}
    for path in ("../talks.txt", "/talks.txt", ".talks.txt"):
        with pytest.raises(UnknownSeed):
            restore_seed(seeds, path, removed)


@pytest.mark.slow
def test_an_upload_is_on_the_shelf_after_the_next_run_until_it_is_removed(newsroom: Newsroom) -> None:
    added = add(newsroom.seeds, "C:\\fakepath\\" + SEED.name, SEED.read_bytes())
    assert newsroom.indexed().visible == 1
    assert newsroom.paths() == [added.path]
    assert newsroom.ask(FENTANYL).statements
    removed = remove_seed(newsroom.seeds, added.path)
    newsroom.index()
    assert newsroom.paths() == []
    restore_seed(newsroom.seeds, added.path, removed)
    assert not any(isinstance(event, Rejected) for event in newsroom.index())
    assert newsroom.paths() == [added.path]


def test_a_file_is_replaced_only_as_it_was_written(tmp_path: Path) -> None:
    added = add_seed(tmp_path, "talks.txt", TEXT, max_bytes=1000, folder="feeds/Echo")
    assert added == Added("feeds/Echo/talks.txt", new=True)
    assert replace_seed(tmp_path, added.path, b"Edited.", digest=sha256(TEXT).digest())
    assert (tmp_path / added.path).read_bytes() == b"Edited."
    assert not replace_seed(tmp_path, added.path, TEXT, digest=sha256(TEXT).digest())
    assert (tmp_path / added.path).read_bytes() == b"Edited."
    assert not replace_seed(tmp_path, "feeds/Echo/gone.txt", TEXT, digest=sha256(TEXT).digest())
    assert [file.name for file in (tmp_path / "feeds" / "Echo").iterdir()] == ["talks.txt"]


def test_a_folder_that_is_a_link_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.txt").write_bytes(TEXT)
    (tmp_path / "seeds" / "feeds").symlink_to(tmp_path / "outside")
    with pytest.raises(UnknownSeed):
        add_seed(tmp_path / "seeds", "talks.txt", TEXT, max_bytes=1000, folder="feeds")
    with pytest.raises(UnknownSeed):
        add_seed(tmp_path / "seeds", "talks.txt", TEXT, max_bytes=1000, folder="../outside")
    with pytest.raises(UnknownSeed):
        replace_seed(tmp_path / "seeds", "feeds/a.txt", b"x", digest=sha256(TEXT).digest())
    assert [file.name for file in (tmp_path / "outside").iterdir()] == ["a.txt"]
