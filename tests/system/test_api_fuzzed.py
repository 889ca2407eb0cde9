"""Requests made up from the OpenAPI document: none ends in an error of the server, and each answer is as documented."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import ROOT, Newsroom
from tests.support.api_server import ApiServer, serve_api

SCHEMA = schemathesis.openapi.from_dict(json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text()))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

LONGEST_ADDRESS = 60_000  # characters; uvicorn itself refuses longer ones


@pytest.fixture(scope="module")
def api(archive: Newsroom) -> Iterator[ApiServer]:
    before = archive.library.settings
    object.__setattr__(archive.library, "settings", before.model_copy(update={"api_per_minute": 1_000_000}))
    with serve_api(archive.library) as server:
        yield server
    object.__setattr__(archive.library, "settings", before)


# The token may only read, so that nothing is fetched and no article of the archive is deleted.
@pytest.mark.slow
@SCHEMA.parametrize()
@settings(max_examples=15, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_request_gets_an_answer_as_documented(api: ApiServer, case: "schemathesis.Case[Any]") -> None:
    headers = {"Authorization": f"Bearer {api.reading}"}
    response = case.call(base_url=api.address, headers=headers)
    assume(len(response.request.url or "") < LONGEST_ADDRESS)
    case.validate_response(response, checks=CHECKS)
