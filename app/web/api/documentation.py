"""GET /api/v1/docs: the OpenAPI document as a page that loads nothing. Leaves out: the document itself (FastAPI)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.web.api import PREFIX

router = APIRouter(prefix=PREFIX, include_in_schema=False)
POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Every operation with its parameters and its body."""
    return HTMLResponse(docs_page(request.app.openapi()), headers={"content-security-policy": POLICY})


def docs_page(document: Mapping[str, Any]) -> str:
    """The document as HTML, in the order of its paths."""
    operations = "".join(
        f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"{''.join(_operation(document, operation))}</section>"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>OnRecord API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="../../onrecord/page.css"></head><body class="document"><main>'
        f"<h1>{escape(document['info']['title'])} API</h1><p>{escape(document['info']['description'])} "
        f'The same for programs: <a href="openapi.json">openapi.json</a>.</p>{operations}</main></body></html>'
    )


def _operation(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<p>{escape(operation.get('description', ''))}</p>"
    parameters = operation.get("parameters", ())
    if parameters:
        yield "<ul>" + "".join(f"<li>{_parameter(one)}</li>" for one in parameters) + "</ul>"
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolved(document, content["schema"])
        yield f"<p>{escape(media)}</p><pre>{escape(json.dumps(schema.get('properties', schema), indent=1))}</pre>"


def _parameter(one: Mapping[str, Any]) -> str:
    needed = "" if one.get("required") else ", optional"
    told = one.get("description") or one.get("schema", {}).get("description", "")
    return f"<code>{escape(one['name'])}</code> ({escape(one['in'])}{needed}) {escape(told)}"


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = document["components"]["schemas"][name] if name else schema
    return found
