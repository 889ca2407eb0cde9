"""Four articles about a landslide, in which the number of dead rises."""

from pathlib import Path

from tests.support.reprints import reprint

HOW_MANY = "How many people died in the Brack landslide?"
TWO = "Two people died in a landslide in Brack on Saturday, police said."
FIVE = "The number of people who died in the Brack landslide has risen to five, police said on Sunday."
ELEVEN = (
    "The bodies of the last missing were found in Brack, and in all eleven people died in the landslide, police said."
)
TOLD_LATER = "The council met for the first time since 11 people died in the Brack landslide."


def write_landslide(seeds: Path) -> None:
    for name, outlet, day, text in (
        ("a.md", "The Lamp", "2026-05-02", TWO),
        ("b.md", "The Post", "2026-05-03", FIVE),
        ("c.md", "The Lamp", "2026-05-06", ELEVEN),
        ("d.md", "Brack Times", "2026-05-20", TOLD_LATER),
    ):
        (seeds / name).write_text(reprint(outlet, day, text, title=f"Landslide {name}"), encoding="utf-8")
