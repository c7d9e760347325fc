"""The parts of a search that are on the network: a picture by its address, the real server, the real models."""

import http.server
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from click.testing import CliRunner

from backend import queues
from backend.app import create_app
from backend.cli.bench import bench
from backend.config import PROJECT, Settings
from backend.errors import NotFound
from backend.search import bench_http, jobs
from backend.search.nearest import thresholds_for
from backend.search.ranking import DEFAULT_THRESHOLDS, MODELS
from tests.conftest import free_port, listens, wait_until
from tests.search.query_worker import BLUE, RED, ColorVision
from tests.search.serving import RED_PHOTO, multipart, photo, titles


def environment(settings: Settings) -> dict[str, str]:
    """What a process of this deployment finds in its environment."""
    return {
        **os.environ,
        "NITERU_DATA": str(settings.data_dir),
        "NITERU_SECRET_KEY": settings.secret_key,
        "NITERU_EGRESS_URL": settings.egress_url,
        "NITERU_PHOTO_MAX_BYTES": str(settings.photo_max_bytes),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "MILVUS_URI": settings.milvus_uri,
    }


@pytest.fixture(scope="module")
def egress(settings: Settings) -> Iterator[None]:
    """The real egress proxy, where the settings say it is."""
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.cli", "egress"],
        cwd=PROJECT, env=environment(settings), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: listens(int(settings.egress_url.rpartition(":")[2])), what="the egress proxy")
    yield
    process.terminate()
    process.wait(30)


@pytest.fixture(scope="module")
def web(settings: Settings) -> Iterator[str]:
    """The web process as `niteru up` runs it, under gunicorn; the value is its address."""
    port = free_port()
    small = replace(settings, photo_max_bytes=300_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "backend.app:create_app()"],
        cwd=PROJECT, env=environment(small), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: listens(port), what="gunicorn")
    # It listens before its worker has imported the application.
    httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=60, trust_env=False).raise_for_status()
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


class PictureHost(http.server.BaseHTTPRequestHandler):
    """A shop's picture host: a picture, one that is too large, redirects, and what is no picture."""

    elsewhere = ""

    def do_GET(self) -> None:
        answers = {
            "/red.png": (200, RED_PHOTO),
            "/large.png": (200, b"\xff" * 3_000_000),
            "/page.html": (200, b"<html>"),
            "/moved.png": (302, b""),
            "/away.png": (302, b""),
            "/circle.png": (302, b""),
        }
        status, body = answers.get(self.path, (404, b""))
        self.send_response(status)
        if status == 302:
            targets = {"/moved.png": "/red.png", "/away.png": self.elsewhere, "/circle.png": "/circle.png"}
            self.send_header("Location", targets[self.path])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: the tests look at the answers."""


@pytest.fixture(scope="module")
def picture_host() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), PictureHost)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    PictureHost.elsewhere = f"http://localhost:{server.server_port}/red.png"
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def shop(make_shop, picture_host):
    host = picture_host.removeprefix("http://")
    return make_shop(shop_url=picture_host, allow_hosts=[host])


@pytest.mark.usefixtures("egress")
@pytest.mark.parametrize("name", ["red.png", "moved.png"])
def test_a_picture_on_the_shops_own_host_is_searched_by_its_address(shop, shelf, search, picture_host, name):
    shelf.put(shop, "red dress")

    answer = search(shop, None, image_url=f"{picture_host}/{name}")

    assert titles(answer.json["objects"][0]["matches"]) == ["red dress"]


@pytest.mark.usefixtures("egress", "query_worker")
def test_a_product_without_vectors_is_answered_by_its_picture(shop, shelf, client, picture_host):
    shelf.put(shop, "red dress")
    seconds_old = shelf.announce(shop, "a dress crawled seconds ago")
    picture = f"{picture_host}/red.png"

    def similar(**named):
        return client.get("/v1/similar", query_string=named, headers=shop.headers)

    unknown = similar(url=f"{picture_host}/not-crawled", image_url=picture)
    new = similar(product_id=seconds_old.id, image_url=picture)
    foreign = similar(url=f"{picture_host}/not-crawled", image_url="https://elsewhere.example/red.png")

    assert titles(unknown.json["matches"]) == ["red dress"]
    assert titles(new.json["matches"]) == ["red dress"]
    assert foreign.json["error"]["code"] == "image_url_refused"
    assert similar(url=f"{picture_host}/not-crawled").status_code == 404


def test_the_host_of_a_products_pictures_is_the_shops_own_too(make_shop, shelf, search, egress, picture_host):
    shop = make_shop(shop_url="https://shop.example", allow_hosts=[picture_host.removeprefix("http://")])
    refused = search(shop, None, image_url=f"{picture_host}/red.png")
    shelf.put(shop, "red dress", url=f"{picture_host}/products/1")

    answer = search(shop, None, image_url=f"{picture_host}/red.png")

    assert refused.json["error"]["code"] == "image_url_refused"
    assert titles(answer.json["objects"][0]["matches"]) == ["red dress"]


@pytest.mark.usefixtures("egress")
@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/absent.png", ("image_url_unreachable", 422)),
        ("/circle.png", ("image_url_unreachable", 422)),
        ("/away.png", ("image_url_refused", 400)),
        ("/page.html", ("image_type_unsupported", 415)),
    ],
)
def test_a_picture_that_cannot_be_had_is_refused_clearly(shop, search, picture_host, path, refusal):
    answer = search(shop, None, image_url=f"{picture_host}{path}")

    assert (answer.json["error"]["code"], answer.status_code) == refusal


def test_a_picture_is_never_read_beyond_the_bound(settings, shop, egress, picture_host):
    client = create_app(replace(settings, photo_max_bytes=1_000_000)).test_client()

    answer = client.post(
        "/v1/search/photo", headers=shop.headers, **multipart(None, image_url=f"{picture_host}/large.png")
    )

    assert (answer.json["error"]["code"], answer.status_code) == ("image_too_large", 413)


def test_a_private_address_is_not_fetched_though_the_shop_claims_it(make_shop, search, egress, picture_host):
    shop = make_shop(shop_url=picture_host)  # the operator allowed it nothing

    answer = search(shop, None, image_url=f"{picture_host}/red.png")

    assert (answer.json["error"]["code"], answer.status_code) == ("image_url_refused", 400)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://shop.example/a.jpg", "//shop.example/a.jpg", "https://", "https://[", "nonsense",
     "https://user:secret@shop.example/a.jpg", "https://shop.example.evil.example/a.jpg", "http://169.254.169.254/"],
)  # fmt: skip
def test_an_address_that_is_not_the_shops_is_not_fetched(make_shop, search, url):
    answer = search(make_shop(shop_url="https://shop.example"), None, image_url=url)

    assert (answer.json["error"]["code"], answer.status_code) == ("image_url_refused", 400)


def test_a_model_that_was_never_calibrated_shows_what_is_nearest_and_claims_no_more():
    unknown = thresholds_for("a model that nobody measured")

    assert unknown.style < DEFAULT_THRESHOLDS.style
    assert (unknown.same, unknown.close) == (DEFAULT_THRESHOLDS.same, DEFAULT_THRESHOLDS.close)
    assert all(thresholds_for(model_id) == known for model_id, known in MODELS.items())


def test_whoever_sends_too_much_gets_to_read_why(make_shop, web):
    form = multipart(b"\xff" * 8_000_000)
    url = f"{web}/v1/search/photo"
    types, patient = {"Content-Type": form["content_type"]}, {"timeout": 60, "trust_env": False}

    too_large = httpx.post(url, content=form["data"], headers={**make_shop().headers, **types}, **patient)
    unknown = httpx.post(url, content=form["data"], headers=types, **patient)

    assert (too_large.status_code, too_large.json()["error"]["code"]) == (413, "image_too_large")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (401, "unauthorized")


def test_a_body_that_never_comes_does_not_hold_the_others_up(make_shop, web):
    shop = make_shop()
    with socket.create_connection(("127.0.0.1", int(web.rpartition(":")[2]))) as stuck:
        stuck.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        time.sleep(0.2)

        answer = httpx.get(
            f"{web}/v1/search/text", params={"q": "dress"}, headers=shop.headers, timeout=60, trust_env=False
        )

    assert answer.status_code == 200


def test_a_measurement_tells_medians_and_where_the_time_went(make_shop, shelf, web, query_worker, tmp_path):
    shop = make_shop()
    product = shelf.put(shop, "red dress")
    shelf.put(shop, "another red dress")
    for name, color in (("a.png", RED), ("b.png", BLUE)):
        (tmp_path / name).write_bytes(photo((color, (20, 20, 180, 180))))

    photos = bench_http.photo(web, shop.secret_key, sorted(tmp_path.iterdir()), n=6, clients=[1, 2])
    words = bench_http.search(web, shop.secret_key, [product.id], n=4, clients=[1])

    for run in (*photos["runs"], *words["similar"], *words["text"]):
        assert run["refused"] == {}
        assert 0 < run["ms"]["median"] <= run["ms"]["p95"] <= run["ms"]["p99"] <= run["ms"]["max"]
        assert sum(stage["share"] for stage in run["stages"].values()) == pytest.approx(1, abs=0.02)
    assert [run["answered"] for run in photos["runs"]] == [6, 6]
    assert {"decode", "detect", "embed", "search", "http"} <= photos["runs"][0]["stages"].keys()


@pytest.mark.parametrize("command", ["photo", "search"])
def test_a_measurement_of_a_shop_that_is_not_there_says_so(settings, app, monkeypatch, command):
    monkeypatch.setattr("backend.cli.bench.connect", lambda: settings)

    answer = CliRunner().invoke(bench, [command, "nobody's shop"])

    assert isinstance(answer.exception, NotFound)
    assert "nobody's shop" in str(answer.exception)


def test_the_real_models_answer_in_the_form_that_the_search_reads(settings, app):
    jobs.warm_up(settings)
    queues.redis().set("niteru:photo:real", photo((RED, (60, 20, 140, 190)), size=400, form="JPEG"))

    told = jobs.look_at_photo(photo_key="niteru:photo:real", tenant_id="a")["answer"]
    jobs.use(ColorVision())

    assert told["objects"]
    assert {"model_id", "dim", "objects", "ms"} == told.keys()
    assert all(sum(one["box"][2:]) > 0 and one["vector"] for one in told["objects"])
    assert told["ms"].keys() == {"decode", "detect", "embed"}
