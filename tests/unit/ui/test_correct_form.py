"""The form of corrections: what is saved in it takes effect immediately, and can be undone there."""

import pytest
from streamlit.testing.v1 import AppTest

from index.text.articles import Article
from tests.conftest import SEED
from ui.server import services


def on_shelf() -> Article:
    with services.get_services().library.shelf.read() as reading:
        return reading.article(SEED.name)


def type_in(page: AppTest, **facts: str) -> None:
    """Type into fields of the form, and save it."""
    for field, value in facts.items():
        (found,) = [one for one in page.text_input if (one.key or "").startswith(f"correct-{field}-")]
        found.set_value(value)
    (save,) = [button for button in page.button if button.label == "Save"]
    save.click().run()
    assert not page.exception


def problems(page: AppTest) -> list[str]:
    bodies = [element.proto.body for element in page.get("html")]
    return [body for body in bodies if 'role="alert"' in body]


@pytest.mark.slow
def test_what_is_saved_counts_at_once_and_can_be_undone(page: AppTest) -> None:
    own = on_shelf()
    page.query_params["article"] = SEED.name
    del page.session_state["address"]
    page.run()
    assert not [button for button in page.button if button.label == "Undo all corrections"]
    type_in(page, published="2026-02-30", place="Delhi")
    assert "is no day. Expected YYYY-MM-DD" in problems(page)[0]
    assert on_shelf() == own
    type_in(page, published="2026-02-13", author="Asha Rao", place="")
    now = on_shelf()
    assert (str(now.published), now.author, now.place, now.title) == ("2026-02-13", "Asha Rao", None, own.title)
    assert [one.field for one in now.corrected] == ["published", "author", "place"]
    type_in(page, title=" ")
    assert "The title is empty" in problems(page)[0]
    (undo,) = [button for button in page.button if button.label == "Undo all corrections"]
    undo.click().run()
    assert not page.exception
    assert on_shelf() == own
    assert not [button for button in page.button if button.label == "Undo all corrections"]
