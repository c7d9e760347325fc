"""The document that describes `/v1` is valid, public, and true of what is answered."""

import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from backend.search import openapi
from tests.search.serving import RED_PHOTO, multipart


@pytest.fixture
def document(client):
    return client.get("/v1/openapi.json").json


def validator(document, name):
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def test_the_document_is_valid_and_needs_no_key(client):
    answer = client.get("/v1/openapi.json")

    assert answer.status_code == 200
    OpenAPIV31SpecValidator(answer.json).validate()


def test_the_document_describes_every_route_of_v1_and_no_other(app, document):
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    described = {(path, method) for path, methods in document["paths"].items() for method in methods}

    assert described == routes


@pytest.mark.parametrize("name", sorted(openapi.EXAMPLES))
def test_the_examples_are_what_their_schemas_say(document, name):
    (example,) = document["components"]["schemas"][name]["examples"]

    validator(document, name).validate(example)


def test_the_fields_that_sellers_rely_on_are_there(document):
    schemas = document["components"]["schemas"]

    assert {"product_id", "title", "url", "image_url", "price", "currency", "availability", "score", "tier"} <= set(
        schemas["Match"]["required"]
    )
    assert schemas["Match"]["properties"]["tier"]["enum"] == ["same", "close", "style"]
    assert {"query_id", "took_ms", "primary", "objects"} <= set(schemas["PhotoAnswer"]["required"])
    assert {"query_id", "took_ms", "matches", "understood"} <= set(schemas["ListAnswer"]["required"])
    assert {"box", "category", "confidence", "matches"} <= set(schemas["FoundObject"]["required"])


def test_real_answers_are_what_the_document_says(client, document, make_shop, shelf, query_worker):
    shop = make_shop()
    first = shelf.put(shop, "red dress", price="19.9", currency="EUR", colors=["red"], category="dress")
    shelf.put(shop, "another red dress", price="29.9", currency="EUR")

    def get(path, **named):
        return client.get(path, query_string=named, headers=shop.headers).json

    answers = {
        "PhotoAnswer": [client.post("/v1/search/photo", headers=shop.headers, **multipart(RED_PHOTO)).json],
        "ListAnswer": [get("/v1/similar", product_id=first.id), get("/v1/search/text", q="red dress")],
        "ProductPage": [get("/v1/products")],
        "ListedProduct": [get(f"/v1/products/{first.id}")],
        "Error": [get("/v1/similar")],
    }

    for name, given in answers.items():
        for answer in given:
            validator(document, name).validate(answer)
    assert len(answers["PhotoAnswer"][0]["objects"][0]["matches"]) == 2
