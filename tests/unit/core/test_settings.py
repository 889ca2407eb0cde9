"""Settings: read once, and listed in `.env.example`."""

import re
from pathlib import Path

import pytest

from index.core.errors import BadSettings
from index.core.settings import Settings, load_settings
from tests.conftest import ROOT


def test_the_example_lists_every_setting_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"^#?([A-Z][A-Z_]+)=(.*)$", example, re.MULTILINE))
    defaults = {}
    for name, field in Settings.model_fields.items():
        variable = "OPENAI_API_KEY" if name == "openai_api_key" else f"DATELINE_{name.upper()}"
        default = field.default
        defaults[variable] = "" if name == "openai_api_key" or default is None else str(default)
        assert field.description
    assert shown == defaults


def test_the_environment_and_the_env_file_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(
        "DATELINE_SEEDS=from-file\nDATELINE_STORE=from-file\nOPENAI_API_KEY=sk-file\nOTHER=1\n"
    )
    monkeypatch.setenv("DATELINE_STORE", "from-environment")
    settings = load_settings()
    assert settings.seeds == tmp_path / "from-file"
    assert settings.store == tmp_path / "from-environment"
    assert settings.openai_api_key.get_secret_value() == "sk-file"
    assert load_settings(store=Path("from-option")).store == tmp_path / "from-option"


def test_a_store_in_the_seeds_folder_must_be_hidden(tmp_path: Path) -> None:
    assert load_settings(store=Path("seeds/.dateline")).store == tmp_path / "seeds" / ".dateline"
    assert load_settings(store=Path("seeds-built")).store == tmp_path / "seeds-built"
    with pytest.raises(BadSettings, match=r"is in the seeds folder\. Expected it elsewhere, or hidden"):
        load_settings(store=Path("seeds/built"))


def test_an_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_SEEDS", "")
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "")
    assert load_settings().seeds.name == "seeds"
    assert load_settings().chunk_tokens == 200


def test_a_wrong_value_is_reported_by_name_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "sk-pasted-by-mistake")
    with pytest.raises(BadSettings, match="DATELINE_CHUNK_TOKENS: ") as caught:
        load_settings()
    assert "sk-pasted" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_key_is_not_shown_with_the_settings() -> None:
    assert "sk-secret" not in repr(Settings(openai_api_key="sk-secret"))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATELINE_CHAT_PRICES", "gpt-5-mini=sk-pasted/2"),
        ("DATELINE_CHAT_PRICES", "gpt-5-mini=nan/inf"),
        ("DATELINE_CHAT_BASE_URL", "http://user:sk-pasted/word@host/v1"),
        ("DATELINE_CHAT_BASE_URL", "http://[sk-pasted/v1"),
    ],
)
def test_a_wrong_price_or_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSettings, match=f"{variable}: .*expected") as caught:
        load_settings()
    assert "sk-pasted" not in str(caught.value)
