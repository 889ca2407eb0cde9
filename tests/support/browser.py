"""Find or install the browser for the tests of the page.

`make test` runs `python -m tests.support.browser`. An installed Chromium is used as it is.
Otherwise root on Debian or Ubuntu gets the distribution's, everyone else Playwright's.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS = 600


def find_browser() -> str | None:
    """Return the path of a Chromium, or None if there is none."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def fetch_browser() -> None:
    """Try to install a Chromium. `find_browser` shows afterwards if it worked."""
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *arguments], env=environment, timeout=_SECONDS, stdout=subprocess.DEVNULL)
    if find_browser() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], timeout=_SECONDS)


def main() -> int:
    """Install a browser if needed and print its path. Returns the exit code."""
    if find_browser() is None:
        print("No Chromium on this machine: fetching one for the page's tests.", flush=True)
        fetch_browser()
    found = find_browser()
    print(f"The page's tests use {found}" if found else "No Chromium could be had.")
    return 1 if found is None and os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
