"""Tokens: tiktoken without a network."""

import os

import tiktoken

from index.text.tokens import ENCODING, count_tokens


def test_tokens_are_counted_without_network_or_leftover_files(monkeypatch: object) -> None:
    assert count_tokens("India and Canada have agreed to establish liaison officers.") == 10
    assert "TIKTOKEN_CACHE_DIR" not in os.environ
    assert tiktoken.get_encoding(ENCODING).name == ENCODING


def test_an_article_may_quote_a_models_control_words() -> None:
    assert count_tokens("He typed <|endoftext|> and left.") > 5
