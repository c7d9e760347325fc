"""The description of `/v1` (OpenAPI 3.1), made from the forms that check requests and the classes that answer them."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter

from backend.search import answers, forms

Json = dict[str, Any]
_REF = "#/components/schemas/{model}"
_EXAMPLE_ID = "6f1c2f3e-9a57-4b8e-8d5f-0c1e2a3b4d5e"
_EXAMPLE_MATCH: Json = {
    "product_id": _EXAMPLE_ID,
    "title": "Red linen dress",
    "url": "https://shop.example/products/red-linen-dress",
    "image_url": "https://shop.example/images/red-linen-dress-1.jpg",
    "price": 12800,
    "currency": "JPY",
    "availability": "InStock",
    "score": 0.8712,
    "tier": "close",
    "why": None,
}
_EXAMPLE_FACETS: Json = {
    "category": [{"value": "dress", "count": 12}],
    "gender": [{"value": "women", "count": 12}],
    "color": [{"value": "red", "count": 7}, {"value": "pink", "count": 2}],
    "brand": [],
    "size": [{"value": "M", "count": 9}],
    "in_stock": 11,
    "price": {"min": 6800, "max": 24800, "currency": "JPY"},
}
_EXAMPLE_LIST: Json = {
    "query_id": _EXAMPLE_ID,
    "took_ms": {"search": 8.1, "total": 9.4},
    "matches": [_EXAMPLE_MATCH],
    "understood": [],
    "notice": None,
    "facets": _EXAMPLE_FACETS,
    "left_out": [],
}
_EXAMPLE_OBJECT: Json = {
    "box": [0.31, 0.18, 0.4, 0.66],
    "category": "dress",
    "confidence": 0.93,
    "fine_category": None,
    "pattern": None,
    "colors": ["red"],
    "shades": ["wine"],
    "found_by": "detector",
    "matches": [_EXAMPLE_MATCH],
    "facets": _EXAMPLE_FACETS,
    "left_out": [],
}
EXAMPLES: Mapping[str, Json] = {
    "PhotoAnswer": {
        "query_id": _EXAMPLE_ID,
        "took_ms": {"wait": 3.1, "decode": 9.2, "detect": 61.0, "embed": 22.5, "search": 10.3, "total": 108.4},
        "primary": 0,
        "objects": [_EXAMPLE_OBJECT],
        "understood": [],
        "notice": None,
    },
    "ListAnswer": _EXAMPLE_LIST,
    "WidgetAnswer": {
        "accent": "#7a1f2b",
        "on_accent": "#ffffff",
        "radius": 0,
        "columns": None,
        "theme": "",
        "camera": "float",
        "similar": "",
        "find": "",
        "hidden_on": ["/checkout"],
        "product_paths": ["/products/"],
        "texts": {"en": {"similar": "You may also like"}},
    },
    "EventForm": {"query_id": _EXAMPLE_ID, "type": "click", "product_ids": [_EXAMPLE_ID]},
    "RefreshForm": {"urls": ["https://shop.example/products/red-linen-dress"], "skus": ["RLD-12"]},
    "RefreshAnswer": {"run": _EXAMPLE_ID, "accepted": 2, "unknown": []},
    "Error": {"error": {"code": "bad_input", "message": "limit: Input should be …", "request_id": "3f0a…"}},
}
_ERROR_SCHEMA: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "request_id"],
            "properties": {name: {"type": "string"} for name in ("code", "message", "request_id")},
        }
    },
}
_THIS_DOCUMENT: Json = {
    "operationId": "openapi",
    "summary": "Return this document",
    "security": [],
    "responses": {
        "200": {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}}
    },
}
_ERRORS: Mapping[int, str] = {
    400: "The request is wrong; `message` names the field and what to do.",
    401: "No key, or one that is unknown or revoked.",
    403: "A key of the wrong kind, or a page that may not use it.",
    404: "There is no such thing in this shop.",
    413: "Too large.",
    415: "A content type or a picture format that is not supported.",
    422: "The bytes are no readable picture, or its address does not hand it out.",
    429: "Too many requests; see Retry-After.",
    503: "Busy, or the index does not answer; see Retry-After where it is given.",
}


def document(public_url: str) -> Json:
    """Return the whole document; `public_url` is where this deployment answers."""
    schemas: Json = {"Error": _ERROR_SCHEMA}
    paths = _paths(schemas)
    for name, example in EXAMPLES.items():
        schemas[name]["examples"] = [example]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Niteru",
            "version": "1",
            "summary": "Visual search for fashion shops: search by photo, similar items, words.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "publishable": {"type": "apiKey", "in": "query", "name": "key", "description": "pk_…: may search"},
                "secret": {"type": "http", "scheme": "bearer", "description": "sk_…: from the shop's own server"},
            },
        },
    }


def _paths(schemas: Json) -> Json:
    photo, event = _schema(schemas, forms.PhotoForm), _schema(schemas, forms.EventForm)
    a_photo, a_list = _schema(schemas, answers.PhotoAnswer), _schema(schemas, answers.ListAnswer)
    a_page, a_product = _schema(schemas, answers.ProductPage), _schema(schemas, answers.ListedProduct)
    a_look = _schema(schemas, answers.WidgetAnswer)
    changed, done = _schema(schemas, forms.RefreshForm), _schema(schemas, answers.RefreshAnswer)
    picture = {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP, AVIF, GIF or HEIC"}
    schemas["PhotoForm"]["properties"] = {
        "image": picture,
        **{name: _plain(field) for name, field in schemas["PhotoForm"]["properties"].items()},
    }
    beacon = {kind: {"schema": event} for kind in ("application/json", "text/plain")}
    one = {"name": "product_id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "/v1/search/photo": {
            "post": _operation("searchPhoto", "Find what looks like each garment of a photo", a_photo)
            | {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": photo}}}}
        },
        "/v1/similar": {
            "get": _operation("similar", "Find what looks like a product of the shop", a_list)
            | {"parameters": _parameters(schemas, forms.SimilarForm)}
        },
        "/v1/search/text": {
            "get": _operation("searchText", "Find products by words", a_list)
            | {"parameters": _parameters(schemas, forms.TextForm)}
        },
        "/v1/widget": {"get": _operation("widget", "Return how the seller wants the widget", a_look)},
        "/v1/events": {
            "post": _operation("recordEvent", "Tell what a shopper did with an answer", None)
            | {"requestBody": {"required": True, "content": beacon}}
        },
        "/v1/products": {
            "get": _operation("listProducts", "List the catalogue, newest first", a_page, secret_only=True)
            | {"parameters": _parameters(schemas, forms.ProductsForm)}
        },
        "/v1/products/refresh": {
            "post": _operation(
                "refreshProducts", "Read the pages of changed products again soon", done, secret_only=True, status=202
            )
            | {"requestBody": {"required": True, "content": _json(changed)}}
        },
        "/v1/products/{product_id}": {
            "get": _operation("getProduct", "Return one product of the catalogue", a_product, secret_only=True)
            | {"parameters": [one]}
        },
        "/v1/openapi.json": {"get": _THIS_DOCUMENT},
    }


def _operation(name: str, summary: str, answer: Json | None, *, secret_only: bool = False, status: int = 200) -> Json:
    kinds = ("secret",) if secret_only else ("publishable", "secret")
    error = _json({"$ref": _REF.format(model="Error")})
    fine = (
        {"204": {"description": "Noted"}}
        if answer is None
        else {str(status): {"description": "OK" if status == 200 else "Accepted", "content": _json(answer)}}
    )
    refused = {str(status): {"description": text, "content": error} for status, text in _ERRORS.items()}
    security: list[Json] = [{kind: []} for kind in kinds]
    return {"operationId": name, "summary": summary, "security": security, "responses": fine | refused}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _schema(schemas: Json, model: type[Any]) -> Json:
    """Put the model's JSON schema, and those it uses, among `schemas`; return the reference to it."""
    mode = "validation" if issubclass(model, BaseModel) else "serialization"
    made = TypeAdapter(model).json_schema(ref_template=_REF, mode=mode)  # type: ignore[arg-type]  # a Literal, by name
    for name, used in made.pop("$defs", {}).items():
        schemas[name] = used
    schemas[model.__name__] = made
    return {"$ref": _REF.format(model=model.__name__)}


def _parameters(schemas: Json, form: type[BaseModel]) -> list[Json]:
    """Return the form's fields as query parameters."""
    made = form.model_json_schema(ref_template=_REF)
    schemas.update(made.get("$defs", {}))
    needed = made.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "schema": _plain(field),
        }
        for name, field in made["properties"].items()
    ]


def _plain(field: Json) -> Json:
    """A field without what only Python means: the null of one that may be left out."""
    kept = {key: value for key, value in field.items() if (key, value) != ("default", None)}
    options = [option for option in kept.pop("anyOf", []) if option != {"type": "null"}]
    return kept | options[0] if len(options) == 1 else kept | ({"anyOf": options} if options else {})
