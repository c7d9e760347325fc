"""What the tests of reindex and move share: a shop whose pictures are colours, and models that see just those."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from backend import queues
from backend.cli import commands
from backend.config import Settings
from backend.db import transaction
from backend.ingest import jobs, schedule
from backend.ingest.cataloging.publishing import ONLY_PICTURE, gallery_of
from backend.search.gallery import Entry
from backend.search.milvus_gallery import MilvusGallery
from backend.storage import open_storage
from backend.tenants import gallery_builds
from backend.tenants.catalog_gallery import tell_gallery
from backend.tenants.gallery_builds import Build, Collections
from backend.tenants.models import Product, ProductImage
from backend.vision import Box, Garment, Picture, images
from tests.conftest import Shop
from tests.search.query_worker import CARD, vector_of

Color = tuple[int, int, int]


class SeesColors:
    """Models to which a picture is its mean colour; `shift` turns the vectors, as other weights would."""

    def __init__(self, model_id: str = CARD.model_id, dim: int = CARD.dim, shift: int = 0) -> None:
        self.model_id, self.dim, self._shift = model_id, dim, shift
        self.seen = 0

    def see(self, pictures: list[Picture]) -> list[list[Garment]]:
        self.seen += len(pictures)
        return [[self.whole(picture)] for picture in pictures]

    def whole(self, picture: Picture) -> Garment:
        vector = np.roll(vector_of(picture.pixels.reshape(-1, 3).mean(0))[:3], self._shift)
        padded = np.concatenate([vector, np.zeros(self.dim - 3, np.float32)])
        return Garment(Box(0.1, 0.1, 0.8, 0.8), "dress", 0.9, ("red",), padded)


def picture_of(color: Color) -> bytes:
    stream = BytesIO()
    Image.new("RGB", (64, 64), color).save(stream, "PNG")
    return stream.getvalue()


@dataclass
class Stand:
    """One tenant with pictures in the gallery, and this process as its worker."""

    settings: Settings
    shop: Shop
    vision: SeesColors = field(default_factory=SeesColors)

    @property
    def tenant_id(self) -> str:
        return self.shop.tenant_id

    @property
    def gallery(self) -> MilvusGallery:
        return gallery_of(self.settings, self.tenant_id)

    def use(self, vision: SeesColors | None = None) -> None:
        self.vision = vision or self.vision
        jobs.use(self.settings, self.vision)

    def add(self, color: Color = (230, 0, 0), *, price: float = 10.0, embed: bool = True) -> tuple[str, str]:
        """Put a product with one stored picture into catalog and gallery; returns (product, image) ids."""
        product = self.shop.add_product(f"Dress {len(self.shop.products)}", price=price, currency="USD")
        data = picture_of(color)
        key = f"{self.tenant_id}/images/{images.content_hash(data)}.png"
        open_storage(self.settings.storage_url).write(key, data)
        with transaction(self.tenant_id) as session:
            image = ProductImage(
                tenant_id=self.tenant_id, product_id=product.id, url=f"https://shop.example/{product.id}.png",
                state="stored", reason=ONLY_PICTURE, storage_key=key,
            )  # fmt: skip
            session.add(image)
        if embed:
            self.embed(image.id)
        return product.id, image.id

    def embed(self, *image_ids: str) -> None:
        jobs.embed_images(tenant_id=self.tenant_id, run_id=None, image_ids=list(image_ids))

    def image(self, image_id: str) -> ProductImage:
        with transaction(self.tenant_id) as session:
            return session.get_one(ProductImage, image_id)

    def change(self, product_id: str, **columns: Any) -> None:
        """Change a product as a crawl would, and let the gallery follow."""
        with transaction(self.tenant_id) as session:
            product = session.get_one(Product, product_id)
            for name, value in columns.items():
                setattr(product, name, value)
            tell_gallery(session, self.tenant_id, product_ids=[product_id])
        jobs.follow_catalog(tenant_id=self.tenant_id)

    def remove(self, product_id: str) -> None:
        self.change(product_id, state="gone")

    def entries(self) -> dict[str, Entry]:
        """Return what is live by product id; doubles fail the test."""
        found = self.gallery.entries_of_images(set(self.gallery.images().values()))
        assert self.gallery.count() == len(found) == len({entry.product_id for entry in found})
        return {entry.product_id: entry for entry in found}

    def collections(self) -> Collections:
        with transaction(self.tenant_id) as session:
            return gallery_builds.read(session, self.tenant_id)

    def build(self) -> Build:
        build = self.collections().build
        assert build is not None
        return build

    def piece(self) -> None:
        """Do one piece of the build, as the job does."""
        jobs.build_gallery(tenant_id=self.tenant_id, build_id=self.build().id)

    def go_on(self, *, ticks: int = 200) -> Build:
        """Let scheduler and worker end the build, whatever is in the queue."""
        for _ in range(ticks):
            schedule.tick(everybody=True)
            self.work()
            if not self.build().is_open:
                break
        return self.build()

    def work(self) -> None:
        """Let the vision worker do what waits."""
        worker = SimpleWorker([queues.queue(queues.VISION)], connection=queues.redis(), serializer=JSONSerializer)
        worker.work(burst=True, logging_level="ERROR")

    def live_name(self) -> str:
        live = self.gallery.live_generation()
        assert live is not None
        return live.collection


@pytest.fixture
def make_stand(settings: Settings, make_shop: Callable[..., Shop]) -> Callable[..., Stand]:
    def make(pictures: int = 0, vision: SeesColors | None = None) -> Stand:
        stand = Stand(settings, make_shop())
        stand.use(vision or SeesColors())
        for number in range(pictures):
            stand.add((230 - number, number, 0))
        return stand

    return make


@pytest.fixture
def outdated(make_stand):
    """A stand whose live gallery is of an older model than the deployment's."""
    stand = make_stand(pictures=4, vision=SeesColors("older", 64))
    stand.use(SeesColors())
    return stand


@pytest.fixture
def environment_of(settings: Settings) -> dict[str, str]:
    """The environment of a command of this deployment."""
    return {
        "NITERU_DATA": str(settings.data_dir), "NITERU_SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url, "DATABASE_OWNER_URL": settings.database_owner_url,
        "REDIS_URL": settings.redis_url, "MILVUS_URI": settings.milvus_uri, "NITERU_EGRESS_URL": settings.egress_url,
    }  # fmt: skip


@pytest.fixture
def niteru(environment_of: dict[str, str]) -> Callable[..., Any]:
    """Return a function that runs a command and reads what it prints."""

    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(commands, [*arguments, "--json"], env=environment_of, catch_exceptions=False)
        return json.loads(result.stdout)

    return run


@contextmanager
def asked_all_the_time(ask: Callable[[], int]) -> Iterator[list[int]]:
    """Ask again and again beside the block; yields the numbers of answers, and fails with what the asking raised."""
    answers: list[int] = []
    errors: list[BaseException] = []
    ended = threading.Event()

    def run() -> None:
        try:
            while not ended.is_set():
                answers.append(ask())
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()
    if errors:
        raise errors[0]
