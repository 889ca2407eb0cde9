"""Settings: read once from the environment and `.env`.

`.env.example` lists them with their defaults; a test compares the two.
"""

import base64
import binascii
import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.core.errors import BadSettings
from index.core.limits import Limits
from index.core.logs import Level
from index.core.urls import is_host, is_this_machine, is_web_address

# No space, no control character and no second @, so that an address cannot become a header. No comment or quotation
# mark, so that it is read as it is written.
_MAIL = re.compile(r"[^\s@,:;<>()\[\]\"\\\x00-\x1f\x7f]{1,64}@([A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_SIGNING = "whsec_"  # what begins a secret in the form of Standard Webhooks
_PRICE = re.compile(r"\d+(?:\.\d+)?\s*/\s*\d+(?:\.\d+)?")


class Settings(BaseSettings):
    """The user's settings. The field `x` is read from the variable `DATELINE_X`, except for keys."""

    model_config = SettingsConfigDict(
        env_prefix="DATELINE_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    seeds: Path = Field(Path("seeds"), description="folder of the articles")
    store: Path = Field(
        Path(".dateline"), description="folder of the built index, chats, alerts, corrections and feeds"
    )
    openai_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="OPENAI_API_KEY",
        description="key for OpenAI, and for endpoints without a key of their own",
    )
    embedding_model: str = Field("", description="embedding model over HTTP; empty: the built-in all-MiniLM-L6-v2")
    embedding_base_url: str = Field("", description="OpenAI-compatible endpoint of the embedding model; empty: OpenAI")
    embedding_api_key: SecretStr = Field(
        SecretStr(""), description="key for the embedding endpoint only; empty: OPENAI_API_KEY"
    )
    embedding_folder: Path | None = Field(
        None, description="folder with another MiniLM-shaped model.onnx and vocab.txt; empty: the built-in model"
    )
    chroma_url: str = Field(
        "", description="Chroma server for the vectors, such as https://chroma.example; empty: vectors are in the store"
    )
    chroma_token: SecretStr = Field(
        SecretStr(""), description="bearer token for the proxy before the Chroma server; empty: none"
    )
    chat_model: str = Field(
        "", description="language model for answers in prose, or several separated by commas; empty: quotes only"
    )
    chat_base_url: str = Field("", description="OpenAI-compatible endpoint of the language model; empty: OpenAI")
    chat_api_key: SecretStr = Field(
        SecretStr(""), description="key for the language model's endpoint only; empty: OPENAI_API_KEY"
    )
    chat_form: Literal["json", "markers"] = Field(
        "json", description="how the model names its sentences: in JSON, or by markers in its text"
    )
    chat_seconds: int = Field(60, ge=1, le=3600, description="time limit for an answer, in seconds")
    chat_prompt_tokens: int = Field(3000, ge=500, le=200_000, description="maximum tokens sent to the model")
    chat_answer_tokens: int = Field(800, ge=50, le=20_000, description="maximum tokens of an answer")
    chat_prices: str = Field(
        "", description="dollars for a million tokens in and out, by model, for example gpt-5-mini=0.25/2"
    )
    check_with_model: bool = Field(
        False, description="the language model judges each of its statements by the quotes, after the checks"
    )
    rerank_base_url: str = Field(
        "", description="endpoint of a reranker, such as http://localhost:8080/v1; empty: no reranker"
    )
    rerank_model: str = Field("", description="model of the reranker; empty: the only one at its endpoint")
    rerank_api_key: SecretStr = Field(SecretStr(""), description="key for the reranker's endpoint; empty: none")
    chunk_tokens: int = Field(200, ge=20, le=2000, description="most tokens in a chunk, its heading included")
    outlet_groups: str = Field(
        "",
        description="outlets of one owner, which count as one source: names separated by commas, groups by semicolons",
    )
    max_file_megabytes: int = Field(20, ge=1, le=1000, description="larger files are rejected with a reason")
    numeric_days: Literal["", "dmy", "mdy"] = Field(
        "", description="how days such as 05/02/2026 are read: dmy or mdy; empty: not at all, the article is undated"
    )
    feed_minutes: int = Field(
        30,
        ge=0,
        le=10_080,
        description="minutes between two polls of a feed, at least 5; 0: only `dateline feeds poll`",
    )
    stale_days: int = Field(
        7, ge=0, le=3650, description="`dateline status --check` fails if the newest article is older; 0: it may be"
    )
    page_url: str = Field("", description="address of the page, for links in messages; empty: http://localhost:8501/")
    api_per_minute: int = Field(
        600, ge=1, le=1_000_000, description="requests to the HTTP API that a token may make in a minute"
    )
    proxy_user_header: str = Field(
        "",
        description="header in which a proxy with a login names its user, such as X-Forwarded-User; requests without "
        "it are refused; empty: there is no proxy",
    )
    serve_without_login: bool = Field(
        False,
        description="the page may listen on other addresses than loopback with no login: whoever reaches it can read "
        "and change everything",
    )
    allowed_hosts: str = Field(
        "", description="names under which the page is reached besides localhost, separated by commas"
    )
    webhook_url: SecretStr = Field(
        SecretStr(""), description="address that gets what alerts find, as JSON; empty: none. It may have a key in it"
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="secret that webhook messages are signed with; empty: they are not signed"
    )
    webhook_private: bool = Field(
        False, description="the webhook may be on a private network or this machine, and on any port"
    )
    smtp_host: str = Field("", description="mail server for what alerts find; empty: no mail")
    smtp_port: int = Field(587, ge=1, le=65_535, description="port of the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="how the connection is encrypted: starttls, tls, or none on this machine only"
    )
    smtp_user: str = Field("", description="name for the mail server; empty: no login")
    smtp_password: SecretStr = Field(SecretStr(""), description="password for the mail server")
    mail_from: str = Field("", description="sender of mail")
    mail_to: str = Field("", description="receivers of mail, separated by commas; each gets a mail of its own")
    alert_failure_hours: int = Field(
        24, ge=0, le=8760, description="a message is sent if runs have failed for so many hours; 0: none"
    )
    log_level: Level = Field(
        "warning", description="lowest level that is logged to dateline.log in the store: debug, info, warning or error"
    )

    @property
    def limits(self) -> Limits:
        """The limits of reading and chunking, with those that the user chose."""
        return Limits(file_bytes=self.max_file_megabytes * 1_000_000, chunk_tokens=self.chunk_tokens)

    @property
    def chat_models(self) -> tuple[str, ...]:
        """The names of the language models. The first is used unless the user chooses another."""
        return tuple(dict.fromkeys(name.strip() for name in self.chat_model.split(",") if name.strip()))

    @property
    def page(self) -> str:
        """Address of the page, for links."""
        return self.page_url or "http://localhost:8501/"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys that are set; logs and reports must not show them."""
        keys = (
            self.openai_api_key,
            self.embedding_api_key,
            self.chat_api_key,
            self.rerank_api_key,
            self.chroma_token,
            self.webhook_url,
            self.webhook_secret,
            self.smtp_password,
        )
        return tuple(key.get_secret_value() for key in keys if key.get_secret_value())

    @property
    def mail_receivers(self) -> tuple[str, ...]:
        """The addresses that get mail, if a mail server is set."""
        named = (address.strip() for address in self.mail_to.split(","))
        return tuple(dict.fromkeys(address for address in named if address)) if self.smtp_host else ()

    @property
    def prices(self) -> dict[str, tuple[float, float]]:
        """Dollars per million tokens in and out, by model.

        >>> Settings(chat_prices="small=0.25/2, large=1.25/10").prices["small"]
        (0.25, 2.0)
        """
        priced = (entry.rpartition("=") for entry in self.chat_prices.split(",") if entry.strip())
        return {name.strip(): _read_price(price) for name, _, price in priced}

    @field_validator("chat_prices")
    @classmethod
    def _are_prices(cls, prices: str) -> str:
        for entry in prices.split(","):
            name, _, price = entry.rpartition("=")
            if entry.strip() and not (name.strip() and _PRICE.fullmatch(price.strip())):
                raise ValueError("expected prices such as gpt-5-mini=0.25/2, separated by commas")
        return prices

    @field_validator("proxy_user_header")
    @classmethod
    def _is_a_header(cls, name: str) -> str:
        if name and not _HEADER.fullmatch(name):
            raise ValueError("expected the name of a header, such as X-Forwarded-User")
        return name

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, names: str) -> str:
        if not all(name.isascii() and is_host(name.strip()) for name in names.split(",") if name.strip()):
            raise ValueError("expected names such as news.example.org, separated by commas, without port")
        return names

    @field_validator("webhook_url")
    @classmethod
    def _is_a_webhook(cls, address: SecretStr) -> SecretStr:
        if address.get_secret_value() and not is_web_address(address.get_secret_value()):
            raise ValueError("expected an address such as https://example.org/hook")
        return address

    @field_validator("mail_from", "mail_to")
    @classmethod
    def _are_mail_addresses(cls, addresses: str) -> str:
        if addresses.strip() and not all(_is_mail_address(one.strip()) for one in addresses.split(",")):
            raise ValueError("expected addresses such as desk@example.org, separated by commas")
        return addresses

    @field_validator("smtp_host")
    @classmethod
    def _is_a_host(cls, name: str) -> str:
        if name and not is_host(name):
            raise ValueError("expected the name of a mail server, such as mail.example.org, without port")
        return name

    @field_validator("smtp_user", "smtp_password")
    @classmethod
    def _can_log_in(cls, written: str | SecretStr) -> str | SecretStr:
        if not (written if isinstance(written, str) else written.get_secret_value()).isascii():
            raise ValueError("expected ASCII letters only: mail servers differ in how they read others")
        return written

    @field_validator("webhook_secret")
    @classmethod
    def _can_sign(cls, secret: SecretStr) -> SecretStr:
        written = secret.get_secret_value()
        if written.startswith(_SIGNING) and not _is_base64(written.removeprefix(_SIGNING)):
            raise ValueError(f"expected base64 after {_SIGNING}, as the receiver shows it")
        return secret

    @model_validator(mode="after")
    def _can_send_mail(self) -> Self:
        if self.smtp_host and not (self.mail_from.strip() and self.mail_to.strip() and "," not in self.mail_from):
            raise ValueError("DATELINE_SMTP_HOST needs one address in DATELINE_MAIL_FROM, and DATELINE_MAIL_TO")
        address = f"http://[{self.smtp_host}]" if ":" in self.smtp_host else f"http://{self.smtp_host}"
        if self.smtp_host and self.smtp_security == "none" and not is_this_machine(address):
            raise ValueError("DATELINE_SMTP_SECURITY: expected starttls or tls, as the mail server is another machine")
        return self

    @field_validator("embedding_base_url", "chat_base_url", "rerank_base_url", "page_url")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        if address and not is_web_address(address):
            raise ValueError("expected an address such as http://localhost:11434/v1")
        return address

    @field_validator("chroma_url")
    @classmethod
    def _is_safe(cls, address: str) -> str:
        if address and not (is_web_address(address) and (address.startswith("https://") or is_this_machine(address))):
            raise ValueError(
                "expected https://…, or http:// on this machine: a Chroma server accepts requests from anyone"
            )
        return address

    @field_validator(
        "openai_api_key", "embedding_api_key", "chat_api_key", "rerank_api_key", "chroma_token", "webhook_secret"
    )
    @classmethod
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        if not key.get_secret_value().isascii() or any(c.isspace() for c in key.get_secret_value()):
            raise ValueError("expected a key without spaces or non-ASCII letters")
        return key


def load_settings(*, seeds: Path | None = None, store: Path | None = None) -> Settings:
    """Read the settings; `seeds` and `store` win over the environment.

    Raises BadSettings, which says which variable is wrong, why, and where to fix it. It never repeats a value, which
    may be a key.
    """
    given = {name: value for name, value in {"seeds": seeds, "store": store}.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = "; ".join(
            ": ".join([*map(_variable, map(str, fault["loc"][:1])), fault["msg"]]) for fault in error.errors()
        )
        raise BadSettings(
            f"A setting cannot be used ({faults}). Fix it in .env or the environment; .env.example lists all settings."
        ) from None
    except UnicodeDecodeError:
        raise BadSettings(
            ".env is not UTF-8 text. Expected lines such as DATELINE_SEEDS=seeds. Save it as UTF-8."
        ) from None
    # Chroma treats a relative and an absolute path as two different stores.
    folders = {name: getattr(settings, name).expanduser().resolve() for name in ("seeds", "store")}
    if folders["store"] == folders["seeds"] or folders["store"] in folders["seeds"].parents:
        raise BadSettings(
            f"The store {folders['store']} is the seeds folder or contains it. Expected two folders: one for articles, "
            "one for the index. Set DATELINE_STORE or --store to another folder."
        )
    inside = (
        folders["store"].relative_to(folders["seeds"]).parts if folders["seeds"] in folders["store"].parents else ()
    )
    if inside and not any(part.startswith(".") for part in inside):
        # Its files would be read as articles, and watching would index without end.
        raise BadSettings(
            f"The store {folders['store']} is in the seeds folder. Expected it elsewhere, or hidden, such as "
            f"{folders['seeds'] / '.dateline'}. Set DATELINE_STORE or --store to another folder."
        )
    return settings.model_copy(update=folders)


def _read_price(price: str) -> tuple[float, float]:
    paid_in, _, paid_out = price.partition("/")
    return float(paid_in), float(paid_out)


def _is_mail_address(address: str) -> bool:
    found = _MAIL.fullmatch(address)
    return found is not None and is_host(found[1])


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except binascii.Error:
        return False


def _variable(field: str) -> str:
    return field if field.isupper() else f"DATELINE_{field.upper()}"
