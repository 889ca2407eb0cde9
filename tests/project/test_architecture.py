"""The architecture: which package may import which."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from tests.conftest import ROOT

# Each package, from the lowest floor up, and the packages, or single modules, that it may import. Within a package,
# two modules may import each other one way.
MAY_IMPORT: dict[str, str] = {
    "index.core": "",
    "index.text": "index.core",
    "index.vectors": "index.core",
    "index.ocr": "",
    "index.formats": "index.core index.ocr index.text",
    "index.reading": "index.core index.formats index.ocr.engine index.text",
    "index.shelf": "index.core index.text",
    "index.inbox": "index.core index.reading",
    "index.feeds": "index.core index.formats.xml_files index.inbox index.reading index.shelf.database index.text",
    "index.pipeline": "index.core index.formats.sandbox index.inbox index.reading index.shelf index.text index.vectors",
    "index.backup": "index.core index.inbox.folder index.shelf.database",
    "index.output": "index.feeds index.pipeline index.shelf index.text",
    "index.cli": "index.backup index.core index.feeds index.inbox index.output index.pipeline index.shelf index.text",
    "rag.language": "index.text",
    "rag.llm": "index.core index.text",
    "rag.retrieval": "index.core index.shelf index.text index.vectors rag.language",
    "rag.evidence": "index.core index.text rag.language",
    "rag.verification": "index.text rag.evidence rag.language",
    "rag.catalogue": "index.core index.shelf index.text rag.evidence rag.language",
    "rag.answering": (
        "index.core index.pipeline index.shelf index.text index.vectors "
        "rag.catalogue rag.evidence rag.language rag.llm rag.retrieval rag.verification"
    ),
    # It saves answers, and asks nothing.
    "rag.storage": "index.core index.shelf index.text rag.answering.models rag.evidence rag.llm",
    "rag.analysis": (
        "index.core index.pipeline index.shelf index.text "
        "rag.answering rag.evidence rag.language rag.retrieval rag.storage rag.verification"
    ),
    "rag.evaluation": "index.core index.pipeline index.shelf index.text rag.answering",
    "rag.output": (
        "index.core index.shelf index.text "
        "rag.analysis rag.answering rag.catalogue rag.evidence rag.language rag.llm rag.retrieval rag.storage"
    ),
    # It sends what alerts have found.
    "rag.delivery": "index.core index.inbox.fetch rag.evidence rag.output rag.storage",
    "rag.cli": (
        "index.cli index.core index.formats index.pipeline index.reading "
        "rag.analysis rag.answering rag.delivery rag.evaluation rag.llm rag.output rag.storage"
    ),
    # The front ends know the packages of `index` and `rag`, and each other in this order.
    "ui.browser": "index rag",
    "ui.server": "api.access api.http index rag",
    "ui.chat": "index rag ui.browser ui.server",
    "ui.article": "index rag ui.browser",
    "ui.sidebar": "index rag ui.browser ui.chat ui.server",
    "ui.pages": "index rag ui.browser ui.chat ui.server ui.sidebar",
    "ui.app": "index rag ui.article ui.browser ui.chat ui.pages ui.server ui.sidebar",
    "ui.doctor": "index rag.delivery rag.llm rag.storage ui.server",
    "api.access": "index",
    "api.operations": "api.access index rag",
    "api.http": "api.access api.mcp_server api.operations index rag",
    "api.mcp_server": "index rag",
    "api.cli": "api.access index",
    "ui.cli": "api.cli api.mcp_server index rag ui.doctor ui.server",
    "app": "index ui ui.server",
    # As a library, and as a command.
    "dateline.shelf": (
        "index.core index.pipeline index.shelf index.text rag.answering rag.evidence rag.llm rag.retrieval"
    ),
    "dateline.__main__": "index.core ui.cli",
}
# Each outside package has one home.
HOMES = {
    "chromadb": ("index.vectors",),
    "tiktoken": ("index.text.tokens",),
    "httpx": ("index.vectors.chroma_client", "rag.llm.rerank", "ui.doctor"),
    "httpx2": ("index.inbox.fetch",),
    "openai": ("index.vectors.embedders", "rag.llm"),
    "onnxruntime": ("index.vectors.embedders",),
    "tokenizers": ("index.vectors.embedders",),
    "sqlite3": ("index.shelf", "rag.storage.alerts", "rag.storage.outbox", "ui.doctor"),
    "nupunkt": ("index.text.sentences",),
    "rensa": ("index.text.near_duplicates",),
    "rapidfuzz": ("rag.language.word_diff", "rag.retrieval.spelling", "rag.analysis.draft_check"),
    "snowballstemmer": ("index.text.terms",),
    "dateutil": ("index.text.datelines",),
    "yaml": ("index.reading.heads",),
    "charset_normalizer": ("index.formats.encodings",),
    "ftfy": ("index.formats.encodings",),
    "striprtf": ("index.formats.rtf_files",),
    "warcio": ("index.formats.web_archives",),
    "trafilatura": ("index.formats.web_pages",),
    "pypdf": ("index.formats.pdf_files",),
    "pypdfium2": ("index.ocr.engine",),
    "rapidocr": ("index.ocr.engine",),
    "docx": ("index.formats.word_files", "rag.output.docx"),
    "lxml": (
        "index.formats.open_documents",
        "index.formats.page_facts",
        "index.formats.web_archives",
        "index.formats.web_pages",
        "index.formats.word_files",
        "rag.output.docx",
    ),
    "pydantic_settings": ("index.core.settings",),
    "streamlit": ("app", "ui."),
    "starlette": ("api.access.problems", "api.http", "app", "ui.server.api", "ui.server.headers", "ui.server.pulse"),
    "uvicorn": ("ui.cli",),
    "mcp": ("api.http.mcp_route", "api.mcp_server"),
    "typer": ("api.cli", "index.cli", "rag.cli", "ui.cli"),
    "rich": ("index.cli",),
    "watchfiles": ("index.inbox.watch",),
}
OURS = ("app", "api", "dateline", "index", "rag", "ui")
MOST_MODULES = 14  # in one package


def modules() -> dict[str, Path]:
    files = [ROOT / "app.py", *(file for folder in OURS[1:] for file in (ROOT / folder).rglob("*.py"))]
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in sorted(files)}
    return {name: file for name, file in names.items() if not name.endswith("__init__")}


MODULES = modules()


def package_of(module: str) -> str:
    """Return the first two parts of a module's name, or the only part, as for `app`."""
    return ".".join(module.split(".")[:2])


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            # `from index.text import chunks` names a module, `from index.text.chunks import Chunk` its contents.
            yield from (name if name in MODULES else node.module for name in named)


def ours(file: Path) -> set[str]:
    return {name for name in imports(file) if name.split(".")[0] in OURS}


def test_every_package_has_its_row() -> None:
    found = {package_of(module) for module in MODULES if not module.startswith("index.models")}
    assert found == set(MAY_IMPORT)


def test_the_table_has_no_cycle() -> None:
    graph = {
        package: set(map(package_of, allowed.split())) - {"index", "rag"} for package, allowed in MAY_IMPORT.items()
    }
    assert list(TopologicalSorter(graph).static_order())


def test_packages_import_only_what_the_table_allows() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module, file in MODULES.items()
        for imported in ours(file)
        if (package := package_of(module)) in MAY_IMPORT
        and package_of(imported) != package
        and imported not in OURS
        and not {imported, package_of(imported), imported.split(".")[0]} & set(MAY_IMPORT[package].split())
    ]
    assert wrong == []


def test_modules_of_a_package_do_not_import_in_a_circle() -> None:
    graph = {module: ours(file) & MODULES.keys() for module, file in MODULES.items()}
    assert list(TopologicalSorter(graph).static_order())


def test_only_commands_import_commands() -> None:
    others = {module: file for module, file in MODULES.items() if not _is_command(module)}
    wrong = [f"{module} imports {name}" for module, file in others.items() for name in ours(file) if _is_command(name)]
    assert wrong == []


def _is_command(module: str) -> bool:
    return "cli" in module.split(".") or module == "dateline.__main__"


def test_index_never_imports_rag() -> None:
    wrong = [module for module, file in MODULES.items() if module.startswith("index.") and _any_rag(ours(file))]
    assert wrong == []


def _any_rag(names: set[str]) -> bool:
    return any(name.split(".")[0] in ("rag", "ui") for name in names)


def test_no_package_is_crowded() -> None:
    counts: dict[str, int] = {}
    for module in MODULES:
        if module.count(".") == 2:
            counts[package_of(module)] = counts.get(package_of(module), 0) + 1
    assert {package: count for package, count in counts.items() if count > MOST_MODULES} == {}


def test_outside_packages_have_one_home_each() -> None:
    wrong = [
        f"{module} imports {imported}, whose home is {', '.join(homes)}"
        for module, file in MODULES.items()
        for imported in imports(file)
        if (homes := HOMES.get(imported.split(".")[0])) and not module.startswith(homes)
    ]
    assert wrong == []


def test_every_module_has_a_docstring() -> None:
    for module, file in MODULES.items():
        assert ast.get_docstring(ast.parse(file.read_text())), module
