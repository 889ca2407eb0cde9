"""Run a command in a process that is forked from one with everything imported.

Starting Python and importing everything takes a second, and the tests run `dateline` about two hundred times.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from tempfile import TemporaryDirectory
from types import ModuleType

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.support.preloaded"])


def run_main() -> None:
    """Run `dateline`."""
    from dateline.__main__ import main

    main()


def start_forked(
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    said: Path,
    complained: Path,
    command: Callable[[], None] = run_main,
) -> ForkServerProcess:
    """Start `dateline`, or the `command` in its place, with the guard of `tests.support.loopback`.

    Its output goes to the two files, or to one.
    """
    process = _FORKS.Process(target=_run, args=(command, arguments, folder, dict(environment), (said, complained)))
    # Otherwise the new process would run this one's main module: pytest, or what Streamlit's test tools left there.
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        process.start()
    finally:
        sys.modules["__main__"] = main
    return process


def run_forked(
    arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str], seconds: float
) -> CompletedProcess[str]:
    """Run `dateline` to its end. Its output is read as UTF-8."""
    with TemporaryDirectory() as place:
        files = (Path(place) / "stdout", Path(place) / "stderr")
        process = start_forked(arguments, folder=folder, environment=environment, said=files[0], complained=files[1])
        process.join(seconds)
        if process.is_alive():
            process.kill()
            process.join()
            raise TimeoutExpired(list(arguments), seconds)
        said, complained = (file.read_text() for file in files)
        code = process.exitcode
        process.close()
    assert code is not None
    return CompletedProcess(list(arguments), code, said, complained)


def _run(
    command: Callable[[], None],
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    files: tuple[Path, Path],
) -> None:
    for number, file in enumerate(files, start=1):
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, number)
        os.close(handle)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    from tests.support.loopback import guard

    guard()
    sys.argv = ["dateline", *arguments]
    command()
