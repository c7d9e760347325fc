"""One drawn shop for all tests of the demo."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from backend.demo import catalog
from backend.demo.catalog import DemoCatalog
from backend.demo.shop import Embed, create_shop


@pytest.fixture(scope="session")
def undrawn(tmp_path_factory: pytest.TempPathFactory) -> DemoCatalog:
    """The whole catalogue with a small stand-in for each picture: these tests read pages, not pixels."""
    folder = tmp_path_factory.mktemp("demo-shop")
    for product in catalog.demo_products():
        for shot in product.shots:
            (folder / shot.file).write_bytes(shot.file.encode())
    for number in (1, 2, 3):
        (folder / f"hero-{number}.jpg").write_bytes(b"hero")
    return DemoCatalog(catalog.demo_products(), folder)


@pytest.fixture
def client(undrawn: DemoCatalog) -> Iterator[FlaskClient]:
    app = create_shop(undrawn, embed=lambda: Embed("http://niteru.example/widget/v1.js", "pk_test"))
    with app.test_client() as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"
