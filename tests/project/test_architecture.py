"""The house: who may know whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

# A module imports only from rows below its own, save within `ui`, whose parts build one page.
ROWS: tuple[tuple[str, ...], ...] = (
    ("app", "ui.app.script"),
    ("ui.app.page",),
    ("ui.app.sidebar", "ui.article.open_link"),
    ("ui.pages.alert", "ui.sidebar.alerts"),
    (
        "ui.chat.answer",
        "ui.pages.shelf",
        "ui.pages.draft",
        "ui.sidebar.shelf",
        "ui.chat.chat_list",
        "ui.sidebar.models",
        "ui.sidebar.upload",
    ),
    ("ui.chat.timeline", "ui.chat.changes"),
    ("ui.sidebar.filters", "ui.chat.turns", "ui.article.drawer"),
    (
        "ui.server.indexer",
        "ui.browser.address",
        "ui.browser.clicks",
        "ui.server.headers",
        "ui.server.streamlit_patch",
        "ui.chat.export",
        "ui.cli",
    ),
    ("ui.browser.look", "ui.server.alerts"),
    ("rag.cli",),
    ("rag.storage.alert_runs", "rag.storage.chats", "rag.output.alerts"),
    ("rag.storage.alerts",),
    ("rag.storage.answer_codec",),
    ("rag.output.export",),
    (
        "rag.output.markdown",
        "rag.output.docx",
        "rag.output.csv",
        "rag.output.draft",
        "rag.output.changes",
        "rag.output.search_report",
        "rag.output.timeline_svg",
    ),
    ("rag.output.bibliography", "rag.output.timeline"),
    ("rag.output.answer", "rag.suggestions.suggest", "rag.evaluation.evaluate", "rag.analysis.changes"),
    (
        "rag.answering.batch_file",
        "rag.analysis.timeline",
        "rag.answering.sources",
        "rag.evidence.permalinks",
        "rag.analysis.disagreements",
    ),
    ("rag.answering.pipeline", "rag.analysis.draft_check", "rag.analysis.contradiction_rules"),
    (
        "rag.answering.generative",
        "rag.answering.extractive",
        "rag.suggestions.question_generation",
        "rag.language.word_diff",
        "rag.analysis.sentence_context",
    ),
    ("rag.suggestions.noun_phrases", "rag.evidence.attribution", "rag.evidence.event_dates"),
    ("rag.language.person_names", "rag.suggestions.complements"),
    (
        "rag.answering.prompt",
        "rag.evidence.citations",
        "rag.verification.verify",
        "rag.answering.followups",
        "rag.retrieval.missing_terms",
        "rag.analysis.question_type",
    ),
    (
        "rag.retrieval.passages",
        "rag.verification.claim_rules",
        "rag.verification.fact_rules",
        "rag.verification.hedge_rules",
        "rag.llm.client",
        "rag.suggestions.verb_frames",
        "rag.language.date_phrases",
    ),
    (
        "rag.retrieval.search",
        "rag.verification.messages",
        "rag.language.matching",
        "rag.language.numbers",
        "rag.llm.failures",
        "rag.evaluation.metrics",
        "rag.language.quotation_marks",
        "rag.quoted_words",
        "rag.language.certainty",
    ),
    ("rag.language.lexicon",),
    ("index.cli",),
    ("index.pipeline.parts",),
    ("index.pipeline.sync", "index.inbox.add"),
    ("index.pipeline.placing",),
    ("index.shelf.shelf", "index.inbox.folder", "index.inbox.watch", "index.inbox.origins"),
    ("index.shelf.updates",),
    ("index.shelf.queries",),
    ("index.shelf.database", "index.shelf.integrity"),
    ("index.vectors.chroma_server",),
    ("index.vectors.chroma", "index.vectors.chroma_client", "index.text.chunks", "index.text.near_duplicates"),
    ("index.vectors.embedders", "index.reading.readers", "index.inbox.fetch"),
    ("index.reading.sandbox", "index.reading.json_records"),
    ("index.reading.parsers",),
    ("index.reading.encodings",),
    (
        "index.text.sentences",
        "index.reading.datelines",
        "index.text.tokens",
        "index.text.terms",
        "index.text.articles",
        "index.core.wording",
    ),
    ("index.core.settings", "index.text.spans", "index.core.scope", "index.core.checksums"),
    ("index.core.urls", "index.core.openai_import"),
    ("index.core.errors", "index", "rag", "ui"),
)
ROW_OF = {module: row for row, modules in enumerate(ROWS) for module in modules}
# Each package that reaches outside has one home.
HOMES = {
    "chromadb": ("index.vectors.chroma", "index.vectors.chroma_server", "index.vectors.chroma_client"),
    "tiktoken": ("index.text.tokens",),
    "httpx": ("index.vectors.chroma_client",),
    "httpx2": ("index.inbox.fetch",),
    "openai": ("index.vectors.embedders", "rag.llm.client", "rag.llm.failures"),
    "onnxruntime": ("index.vectors.embedders",),
    "tokenizers": ("index.vectors.embedders",),
    "sqlite3": ("index.shelf.database", "index.shelf.queries", "index.shelf.integrity", "rag.storage.alerts"),
    "nupunkt": ("index.text.sentences",),
    "rensa": ("index.text.near_duplicates",),
    "rapidfuzz": ("rag.language.word_diff", "rag.analysis.draft_check"),
    "snowballstemmer": ("index.text.terms",),
    "dateutil": ("index.reading.datelines",),
    "yaml": ("index.reading.readers",),
    "charset_normalizer": ("index.reading.encodings",),
    "trafilatura": ("index.reading.parsers",),
    "pypdf": ("index.reading.parsers",),
    "docx": ("index.reading.parsers", "rag.output.docx"),
    "lxml": ("index.reading.parsers", "rag.output.docx"),
    "pydantic_settings": ("index.core.settings",),
    "streamlit": ("app", "ui."),
    "starlette": ("app", "ui.server.headers"),
    "typer": ("index.cli", "rag.cli", "ui.cli"),
    "rich": ("index.cli",),
    "watchfiles": ("index.inbox.watch",),
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
