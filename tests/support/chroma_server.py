"""A real Chroma server on this machine, and a false one that misbehaves."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.error import URLError
from urllib.request import urlopen

_CHROMA = Path(sys.executable).with_name("chroma")


@contextmanager
def chroma_server(folder: Path, port: int) -> Iterator[str]:
    """Run `chroma run`, as `docs/guides/scaling.md` shows. Yields its address."""
    command = [str(_CHROMA), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    quiet = {**os.environ, "HOME": str(folder)}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=quiet) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/api/v2/heartbeat")
            yield url
        finally:
            process.kill()


def _wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with closing(urlopen(url)):
                return
        except URLError:
            assert time.monotonic() < until, "the Chroma server did not start"
            time.sleep(0.05)


@contextmanager
def false_server(*, status: int = 200, body: str = "", hangs: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Run a server with one answer to everything. Yields its address and the `Authorization` of each request."""
    received: list[str] = []
    ended = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            received.append(self.headers.get("Authorization") or "")
            if hangs:
                ended.wait(30)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            with suppress(BrokenPipeError):
                self.end_headers()
            with suppress(BrokenPipeError):
                self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        ended.set()
        server.shutdown()
        serving.join()
        server.server_close()
