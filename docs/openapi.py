"""The OpenAPI document of the HTTP API, made from its routes, its requests and the schemas of the JSON outputs."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from api.http.completions import Completion
from api.http.guard import MOST_BYTES
from api.http.routes import EVENTS, OPERATIONS, PREFIX, Operation
from api.operations.requests import Request

Json = dict[str, Any]

_COMPONENTS = "#/components/schemas/"
_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_TAGS = {"status": "Shelf", "articles": "Shelf", "alerts": "Alerts"}
_DESCRIPTION = f"""Ask a shelf of news articles. Every quote is cut from an article: it is `text[start:end]`, counted in
Unicode code points.

Each request needs a token, which `dateline tokens add NAME` makes. A request may have {MOST_BYTES:,} bytes. Too many
requests get the status 429 with `Retry-After`. Errors are `application/problem+json` (RFC 9457)."""


def openapi_json(read_schema: Callable[[str], Json]) -> str:
    """Return the document; `read_schema` returns a schema of docs/reference/schemas by its name."""
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(_path(operation), {})[operation.method.lower()] = _operation(operation)
    paths[f"{PREFIX}/openapi.json"] = {"get": _get("openapi", "Return this document.", {"type": "object"}, "Shelf")}
    paths |= _completion_paths()
    for name, word in (("healthz", "alive"), ("readyz", "ready")):
        summary = "Respond while the server is alive." if word == "alive" else "Show if the shelf can be read."
        seen = {**_get(name, summary, _object({word: {"type": "boolean"}}), "Health"), "security": []}
        seen["responses"] = {"200": seen["responses"]["200"]}
        if word == "ready":
            seen["responses"]["503"] = seen["responses"]["200"]
        paths[f"/{name}"] = {"get": seen}
    components = {**_request_schemas(), **_completion_schemas()}
    components = _with_outputs({"paths": paths, "components": components}, components, read_schema)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Dateline", "version": "1", "description": _DESCRIPTION},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(sorted(components.items())),
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _path(operation: Operation) -> str:
    """Return the path of an operation as OpenAPI writes it."""
    return PREFIX + operation.path.replace(":path}", "}")


def _operation(operation: Operation) -> Json:
    """Describe an operation: what it takes, and what it returns."""
    summary = (operation.run.__doc__ or "").partition("\n\n")[0]
    noun = operation.path.strip("/").partition("/")[0]
    described: Json = {
        "operationId": f"{operation.method.lower()}_{noun}" + ("_one" if "{" in operation.path else ""),
        "summary": " ".join(summary.split()),
        "tags": [_TAGS.get(noun, "Questions")],
    }
    if operation.write:
        described["description"] = "The token needs the scope `write`."
    if operation.in_body:
        described["requestBody"] = {"required": True, "content": _content(_ref(operation.request.__name__))}
    elif parameters := list(_parameters(operation)):
        described["parameters"] = parameters
    described["responses"] = _responses(operation)
    return described


def _responses(operation: Operation) -> Json:
    if not operation.returns:
        done: Json = {"204": {"description": "Done."}}
    else:
        content = _content(_ref(operation.returns))
        if operation.streams:
            content[EVENTS] = {"schema": _TEXT}
        done = {"200": {"description": "Done.", "content": content}}
        if operation.streams:
            done["200"]["description"] = (
                f"The whole answer. With `Accept: {EVENTS}` it is sent as it grows, in events whose data is JSON: "
                "`quotes` (the answer without prose; again if a rewritten follow-up finds others), then `prose` "
                "(`text` to put after the first `start` characters of the prose so far), then `answer`; "
                "`problem` if it breaks off."
            )
    if not operation.in_body and operation.returns:
        done["200"]["headers"] = {"ETag": {"schema": _TEXT, "description": "Send it as `If-None-Match`."}}
        done["304"] = {"description": "It has not changed since the ETag that was sent."}
    return {**done, "default": _refusal("problem", "application/problem+json")}


def _parameters(operation: Operation) -> Iterator[Json]:
    schema = _schema(operation.request)
    for name, field in schema["properties"].items():
        in_path = f"{{{name}" in operation.path
        choices = [one for one in field.get("anyOf", []) if one != {"type": "null"}]
        shape = {key: value for key, value in field.items() if key not in ("anyOf", "default", "description")}
        shape |= choices[0] if choices else {}
        if field.get("default") is not None:
            shape["default"] = field["default"]
        yield {
            "name": name,
            "in": "path" if in_path else "query",
            "required": in_path or name in schema.get("required", []),
            "description": field.get("description", ""),
            "schema": shape,
        }


def _request_schemas() -> dict[str, Json]:
    bodies = {operation.request for operation in OPERATIONS if operation.in_body}
    return {model.__name__: _schema(model) for model in bodies}


def _schema(model: type[Request]) -> Json:
    """Return the schema of a request."""
    schema = _without_titles(model.model_json_schema())
    schema.setdefault("properties", {})
    return schema


def _without_titles(schema: Json) -> Json:
    """Leave out the titles that pydantic makes of the names of fields."""
    for field in schema.get("properties", {}).values():
        field.pop("title", None)
    return schema


def _completion_paths() -> dict[str, Json]:
    complete = _get("complete", "Answer the last message of a chat, as OpenAI's API does.", {}, "OpenAI-compatible")
    complete["description"] = (
        "`citations` has the address of each quote and `quotes` the quotes themselves, in the order of their numbers. "
        "`annotations` has the places in the text that name them."
    )
    complete["requestBody"] = {"required": True, "content": _content(_ref("Completion"))}
    content = {**_content(_ref("ChatCompletion")), EVENTS: {"schema": _TEXT}}
    complete["responses"]["200"] = {"description": "The answer; with `stream`, in chunks.", "content": content}
    models = _get("models", "List the models.", _ref("Models"), "OpenAI-compatible")
    model = _get("model", "Show a model.", _ref("Model"), "OpenAI-compatible")
    model["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": _TEXT}]
    for one in (complete, models, model):
        one["responses"]["default"] = _refusal("OpenAIError", "application/json")
    return {
        "/v1/models": {"get": models},
        "/v1/models/{id}": {"get": model},
        "/v1/chat/completions": {"post": complete},
    }


def _completion_schemas() -> dict[str, Json]:
    """Return the schemas in OpenAI's form, with what Dateline adds."""
    asked = Completion.model_json_schema(ref_template=f"{_COMPONENTS}{{model}}")
    place = _object({"start_index": _COUNT, "end_index": _COUNT, "title": _TEXT, "url": _TEXT})
    annotation = _object({"type": {"const": "url_citation"}, "url_citation": place})
    message = _object({"role": {"const": "assistant"}, "content": _TEXT, "annotations": _list(annotation)})
    choice = _object({"index": {"const": 0}, "message": message, "finish_reason": {"const": "stop"}})
    usage = _object(dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens"), _COUNT))
    head = {"id": _TEXT, "object": {"const": "chat.completion"}, "created": _COUNT, "model": _TEXT}
    model = _object({"id": _TEXT, "object": {"const": "model"}, "created": _COUNT, "owned_by": _TEXT})
    fault = _object({"message": _TEXT, "type": _TEXT, "param": {"type": ["string", "null"]}, "code": _TEXT})
    return {
        **{name: _without_titles(part) for name, part in asked.pop("$defs").items()},
        "Completion": _without_titles(asked),
        "ChatCompletion": _object(
            {
                **head,
                "choices": _list(choice),
                "usage": usage,
                "citations": _list(_TEXT),
                "quotes": _list(_ref("NumberedQuote")),
            }
        ),
        "NumberedQuote": _object({"number": _COUNT, "url": _TEXT, "citation": _ref("citation")}),
        "Models": _object({"object": {"const": "list"}, "data": _list(_ref("Model"))}),
        "Model": model,
        "OpenAIError": _object({"error": fault}),
    }


def _with_outputs(document: object, found: dict[str, Json], read_schema: Callable[[str], Json]) -> dict[str, Json]:
    """Add the schemas that a document refers to, and those that they refer to."""
    for name in sorted(set(re.findall(rf'"{_COMPONENTS}([\w-]+)"', json.dumps(document)))):
        if name not in found:
            schema = {key: value for key, value in read_schema(name).items() if key not in ("$schema", "$id")}
            made = json.loads(re.sub(r'"\$ref": "([\w-]+)\.json"', rf'"$ref": "{_COMPONENTS}\1"', json.dumps(schema)))
            found = _with_outputs(made, {**found, name: made}, read_schema)
    return found


def _get(name: str, summary: str, schema: Json, tag: str) -> Json:
    responses = {"200": {"description": "Done.", "content": _content(schema)}}
    responses["default"] = _refusal("problem", "application/problem+json")
    return {"operationId": name, "summary": summary, "tags": [tag], "responses": responses}


def _refusal(name: str, kind: str) -> Json:
    return {"description": "Why the request is refused.", "content": {kind: {"schema": _ref(name)}}}


def _content(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> Json:
    return {"$ref": _COMPONENTS + name}


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
