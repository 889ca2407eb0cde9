"""The house: who may know whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

# A module imports only from rows below its own, save within `ui`, whose parts build one page.
ROWS: tuple[tuple[str, ...], ...] = (
    ("app", "ui.script"),
    ("ui.page",),
    ("ui.sidebar", "ui.opened"),
    ("ui.standing_page", "ui.standing_panel"),
    ("ui.answer", "ui.shelf_page", "ui.draft_page", "ui.shelf_panel", "ui.chat_panel", "ui.model_panel", "ui.upload"),
    ("ui.timeline", "ui.changes"),
    ("ui.narrowing", "ui.turns", "ui.reader"),
    ("ui.indexing", "ui.address", "ui.callbacks", "ui.headers", "ui.sessions", "ui.exporting", "ui.__main__"),
    ("ui.look", "ui.asking"),
    ("rag.__main__",),
    ("rag.news", "rag.chats", "rag.standing_rendering"),
    ("rag.standing",),
    ("rag.keeping",),
    ("rag.exports",),
    (
        "rag.markdown",
        "rag.word",
        "rag.sheets",
        "rag.draft_rendering",
        "rag.change_rendering",
        "rag.receipts",
        "rag.timeline_image",
    ),
    ("rag.references", "rag.timeline_rendering"),
    ("rag.rendering", "rag.suggestions", "rag.evaluation", "rag.changes"),
    ("rag.batches", "rag.timelines", "rag.sources", "rag.places", "rag.disagreements"),
    ("rag.answers", "rag.drafts", "rag.contraries"),
    ("rag.prose", "rag.quoting", "rag.questions", "rag.differences", "rag.tellings"),
    ("rag.nouns", "rag.speakers", "rag.times"),
    ("rag.names", "rag.continuations"),
    ("rag.prompts", "rag.citations", "rag.checks", "rag.followups", "rag.absences", "rag.questioned"),
    ("rag.passages", "rag.claims", "rag.facts", "rag.hedges", "rag.chat", "rag.verbs", "rag.dates"),
    (
        "rag.retrieval",
        "rag.doubts",
        "rag.matching",
        "rag.numbers",
        "rag.faults",
        "rag.metrics",
        "rag.quotations",
        "rag.quoted_words",
        "rag.firmness",
    ),
    ("rag.wordlists",),
    ("index.__main__",),
    ("index.parts",),
    ("index.sync", "index.adding"),
    ("index.placing",),
    ("index.shelf", "index.seeds", "index.watching", "index.origins"),
    ("index.shelf_writing",),
    ("index.shelf_reading",),
    ("index.database", "index.soundness"),
    ("index.served",),
    ("index.vectors", "index.timed", "index.chunks", "index.copies"),
    ("index.embeddings", "index.readers", "index.fetching"),
    ("index.cage", "index.records"),
    ("index.parsers",),
    ("index.encodings",),
    ("index.sentences", "index.datelines", "index.tokens", "index.words", "index.articles", "index.wording"),
    ("index.settings", "index.spans", "index.scope", "index.seals"),
    ("index.addresses", "index.openai_client"),
    ("index.errors", "index", "rag", "ui"),
)
ROW_OF = {module: row for row, modules in enumerate(ROWS) for module in modules}
# Each package that reaches outside has one home.
HOMES = {
    "chromadb": ("index.vectors", "index.served", "index.timed"),
    "tiktoken": ("index.tokens",),
    "httpx": ("index.timed",),
    "httpx2": ("index.fetching",),
    "openai": ("index.embeddings", "rag.chat", "rag.faults"),
    "onnxruntime": ("index.embeddings",),
    "tokenizers": ("index.embeddings",),
    "sqlite3": ("index.database", "index.shelf_reading", "index.soundness", "rag.standing"),
    "nupunkt": ("index.sentences",),
    "rensa": ("index.copies",),
    "rapidfuzz": ("rag.differences", "rag.drafts"),
    "snowballstemmer": ("index.words",),
    "dateutil": ("index.datelines",),
    "yaml": ("index.readers",),
    "charset_normalizer": ("index.encodings",),
    "trafilatura": ("index.parsers",),
    "pypdf": ("index.parsers",),
    "docx": ("index.parsers", "rag.word"),
    "lxml": ("index.parsers", "rag.word"),
    "pydantic_settings": ("index.settings",),
    "streamlit": ("app", "ui."),
    "starlette": ("app", "ui.headers"),
    "typer": ("index.__main__", "rag.__main__", "ui.__main__"),
    "rich": ("index.__main__",),
    "watchfiles": ("index.watching",),
}


def modules() -> dict[str, Path]:
    files = [ROOT / "app.py", *(file for folder in ("index", "rag", "ui") for file in (ROOT / folder).glob("*.py"))]
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in sorted(files)
    }


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            # `from index import chunks` names a module, `from index.chunks import Chunk` a thing in one.
            yield from (name if name in ROW_OF else node.module for name in named)


def test_every_module_has_its_row() -> None:
    assert set(modules()) == set(ROW_OF)


def test_imports_point_down() -> None:
    wrong = [
        f"{module} imports {imported}, which is not below it"
        for module, file in modules().items()
        for imported in imports(file)
        if imported in ROW_OF and ROW_OF[imported] <= ROW_OF[module]
    ]
    assert wrong == []


def test_outside_packages_have_one_home_each() -> None:
    wrong = [
        f"{module} imports {imported}, whose home is {', '.join(homes)}"
        for module, file in modules().items()
        for imported in imports(file)
        if (homes := HOMES.get(imported.split(".")[0])) and not module.startswith(homes)
    ]
    assert wrong == []


def test_every_module_says_why_it_exists() -> None:
    for module, file in modules().items():
        assert ast.get_docstring(ast.parse(file.read_text())), module
