"""Settings: every knob in one place, read once from the environment and `.env`.

`.env.example` lists them with their defaults; a test holds the two together.
"""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import BadSettings


class Settings(BaseSettings):
    """What the user chose. A field `x` is the variable `DATELINE_X`, keys excepted."""

    model_config = SettingsConfigDict(
        env_prefix="DATELINE_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    seeds: Path = Field(Path("seeds"), description="folder of the articles")
    store: Path = Field(Path(".dateline"), description="folder of the built index; safe to delete")
    openai_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="OPENAI_API_KEY",
        description="key for OpenAI or the endpoint named by a base URL",
    )
    embedding_model: str = Field("", description="model to embed with over HTTP; empty: the built-in MiniLM")
    embedding_base_url: str = Field("", description="OpenAI-compatible endpoint to embed with; empty: OpenAI's own")
    embedding_folder: Path | None = Field(
        None, description="folder with another MiniLM-shaped model.onnx and vocab.txt to use instead of the built-in"
    )
    chunk_tokens: int = Field(200, ge=20, le=2000, description="most tokens in a chunk, its heading included")
    max_file_megabytes: int = Field(20, ge=1, le=1000, description="larger files are refused with a reason")

    @field_validator("embedding_base_url")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        parts = urlsplit(address)
        # Reading the port is what checks it.
        if address and not (parts.scheme in ("http", "https") and parts.hostname and parts.port != 0):
            raise ValueError("expected an address such as http://localhost:11434/v1")
        return address

    @field_validator("openai_api_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        if not key.get_secret_value().isascii() or any(c.isspace() for c in key.get_secret_value()):
            raise ValueError("expected a key without spaces or letters beyond ASCII")
        return key


def load_settings(*, seeds: Path | None = None, store: Path | None = None) -> Settings:
    """Read the settings; `seeds` and `store` win over the environment.

    Raises BadSettings naming the variable, its value's fault and where to mend it. Values
    are not repeated: one of them may be a key.
    """
    given = {name: value for name, value in {"seeds": seeds, "store": store}.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = "; ".join(f"{_variable(str(fault['loc'][0]))}: {fault['msg']}" for fault in error.errors())
        raise BadSettings(
            f"A setting cannot be used ({faults}). Mend it in .env or the environment; .env.example shows each one."
        ) from None
    except UnicodeDecodeError:
        raise BadSettings(
            ".env is not UTF-8 text. Expected lines such as DATELINE_SEEDS=seeds. Save it as UTF-8."
        ) from None
    # Chroma takes a relative and an absolute path for two different stores.
    folders = {name: getattr(settings, name).expanduser().resolve() for name in ("seeds", "store")}
    if folders["store"] == folders["seeds"] or folders["store"] in folders["seeds"].parents:
        raise BadSettings(
            f"The store {folders['store']} is the seeds folder or holds it. Expected two folders: one of articles, one "
            "of what is built from them. Set DATELINE_STORE or --store to another one."
        )
    return settings.model_copy(update=folders)


def _variable(field: str) -> str:
    return field if field.isupper() else f"DATELINE_{field.upper()}"
