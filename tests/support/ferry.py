"""Three articles about a ferry, which differ on how many people died."""

from pathlib import Path

from tests.support.reprints import reprint

HOW_MANY = "How many people died when the ferry Aster sank?"
TWELVE = "Twelve people died when the ferry Aster sank off Halden Ford on Sunday, the coastguard said."
FOURTEEN = "Fourteen people died when the ferry Aster sank off Halden Ford, officials said on Tuesday."
ALSO_14 = "A service was held in Quarrow for the 14 people who died when the ferry Aster sank off Halden Ford."


def write_ferry(seeds: Path) -> None:
    for name, outlet, day, text in (
        ("a.md", "The Lamp", "2026-02-09", TWELVE),
        ("b.md", "The <x>Post</x>", "2026-02-09", FOURTEEN),
        ("c.md", "Quarrow Times", "2026-02-10", ALSO_14),
    ):
        (seeds / name).write_text(reprint(outlet, day, text, title=f"Ferry {name}"), encoding="utf-8")
