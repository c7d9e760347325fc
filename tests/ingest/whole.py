"""A whole ingest in one process: a shop on 127.0.0.1, the egress proxy, and the workers' jobs as RQ runs them."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import select

from backend import queues
from backend.config import Settings
from backend.db import transaction
from backend.demo.pictures import garment_picture
from backend.ingest import jobs, runs, schedule
from backend.ingest.cataloging.publishing import gallery_of
from backend.ingest.fetching.proxy import EgressProxy, TenantExceptions
from backend.tenants import catalog
from backend.tenants.models import FrontierUrl, Product, ProductImage
from backend.vision import Vision, load_vision
from tests.conftest import Shop
from tests.ingest.local_shop import DRESS, JEANS, SHIRT, Answer, LocalShop

ROBOTS = "User-agent: *\nDisallow: /secret\nSitemap: {url}/sitemap.xml\n"


@dataclass
class Goods:
    """One thing the shop sells; `pictures` are (path, bytes)."""

    slug: str
    title: str
    price: str
    pictures: dict[str, bytes] = field(default_factory=dict)
    availability: str = "InStock"


class SellingShop(LocalShop):
    """A small shop with JSON-LD pages; change `goods`, then `open()` anew."""

    def __init__(self) -> None:
        super().__init__()
        self.goods: dict[str, Goods] = {}

    def sell(self, slug: str, title: str, price: str, *views: str) -> Goods:
        """Offer a garment of the demo shop's drawings, seen in `views`."""
        shots = {f"/media/{slug}-{view}.jpg": garment_picture(slug, view) for view in views or ("flat",)}
        self.goods[slug] = Goods(slug, title, price, shots)
        return self.goods[slug]

    def offer(self, slug: str, title: str, price: str = "10.00") -> Goods:
        """Offer something without a picture, which spares the tests of pages the time that vision takes."""
        self.goods[slug] = Goods(slug, title, price)
        return self.goods[slug]

    def open(self) -> None:
        """Publish the pages of what is for sale now."""
        self.pages = {"/robots.txt": Answer(ROBOTS.format(url=self.url), kind="text/plain")}
        addresses = [f"{self.url}/products/{slug}" for slug in self.goods]
        locations = "".join(f"<url><loc>{address}</loc></url>" for address in addresses)
        sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locations}</urlset>'
        self.pages["/sitemap.xml"] = Answer(sitemap, kind="application/xml")
        cards = "".join(f'<a href="{address}">{address}</a>' for address in addresses)
        home = (
            f'<html><body><h1>Shop</h1>{cards}<a href="/secret/sale">Sale</a><a href="/about">About</a></body></html>'
        )
        self.pages["/"] = Answer(home)
        self.pages["/about"] = Answer("<html><body><h1>About</h1><p>Words about the shop.</p></body></html>")
        self.pages["/secret/sale"] = Answer("<h1>You should not be here</h1>")
        for goods in self.goods.values():
            self.pages[f"/products/{goods.slug}"] = Answer(self._page(goods))
            for path, picture in goods.pictures.items():
                self.pages[path] = Answer(picture, kind="image/jpeg")

    def _page(self, goods: Goods) -> str:
        facts = {
            "@context": "https://schema.org",
            "@type": "Product",
            "name": goods.title,
            "sku": goods.slug,
            "image": [self.url + path for path in goods.pictures],
            "offers": {
                "@type": "Offer",
                "price": goods.price,
                "priceCurrency": "USD",
                "availability": f"https://schema.org/{goods.availability}",
            },
        }
        data = f'<script type="application/ld+json">{json.dumps(facts)}</script>'
        return f"<html><head><title>{goods.title}</title>{data}</head><body><h1>{goods.title}</h1></body></html>"

    def count(self, path: str) -> int:
        """Return how often a path was asked for since the last `forget`."""
        return self.asked.count(path)

    def forget(self) -> None:
        self.asked.clear()


@dataclass
class Ingest:
    """One tenant whose shop is the local one, and the workers to ingest it with."""

    settings: Settings
    shop: Shop

    @property
    def tenant_id(self) -> str:
        return self.shop.tenant_id

    def ask(self) -> str:
        """Ask for a crawl without starting a worker; returns the run's id."""
        with transaction(self.tenant_id) as session:
            run_id = runs.request_crawl(session, self.tenant_id).id
        runs.send_outbox(self.tenant_id)
        return run_id

    def crawl(self) -> dict[str, Any]:
        """Ask for a crawl and let the workers and the scheduler do everything; returns the run's summary."""
        run_id = self.ask()
        for _ in range(20):
            self.work()
            if self.summary(run_id)["state"] not in {"queued", "running"}:
                break
            schedule.tick(everybody=True)
        return self.summary(run_id)

    def work(self, *names: str) -> None:
        """Let the workers of these queues (all of ingestion's) do what waits."""
        for name in names or (queues.CRAWL, queues.VISION):
            worker = SimpleWorker([queues.queue(name)], connection=queues.redis(), serializer=JSONSerializer)
            worker.work(burst=True, logging_level="ERROR")

    def summary(self, run_id: str) -> dict[str, Any]:
        with transaction(self.tenant_id) as session:
            return runs.summary(session, self.tenant_id, run_id)

    def rows(self) -> dict[str, FrontierUrl]:
        """Return what the frontier knows, by path and query."""
        with transaction(self.tenant_id) as session:
            rows = list(session.scalars(select(FrontierUrl).where(FrontierUrl.tenant_id == self.tenant_id)))
        return {row.url.removeprefix(f"http://{urlsplit(row.url).netloc}"): row for row in rows}

    def products(self) -> dict[str, Product]:
        """Return the products by SKU."""
        with transaction(self.tenant_id) as session:
            return {product.sku or "": product for product in catalog.list_products(session, self.tenant_id, limit=500)}

    def images(self) -> dict[str, ProductImage]:
        """Return the images by the path of their address."""
        with transaction(self.tenant_id) as session:
            rows = session.scalars(select(ProductImage).where(ProductImage.tenant_id == self.tenant_id))
            return {urlsplit(row.url).path: row for row in rows}

    def embedding_ids(self) -> set[str]:
        return gallery_of(self.settings, self.tenant_id).embedding_ids()


@pytest.fixture(scope="session")
def vision() -> Vision:
    return load_vision()


@pytest.fixture
def whole_settings(settings: Settings, _clean: None) -> Iterator[Settings]:
    """The deployment's settings with its egress proxy running."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = EgressProxy(settings.secret_key, TenantExceptions(keep_s=0), host="127.0.0.1", port=0)
    asyncio.run_coroutine_threadsafe(proxy.start(), loop).result(10)
    yield replace(settings, egress_url=f"http://127.0.0.1:{proxy.port}")
    asyncio.run_coroutine_threadsafe(proxy.stop(grace_s=0.2), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def selling_shop() -> Iterator[SellingShop]:
    shop = SellingShop()
    yield shop
    shop.close()


@pytest.fixture
def ingest(
    whole_settings: Settings, vision: Vision, selling_shop: SellingShop, make_shop: Callable[..., Shop]
) -> Ingest:
    """A tenant of the selling shop; this process does the workers' jobs."""
    jobs.use(whole_settings, vision)
    shop = make_shop(shop_url=selling_shop.url + "/", allow_hosts=[selling_shop.host])
    return Ingest(whole_settings, shop)


@pytest.fixture
def three_goods(selling_shop):
    selling_shop.sell(DRESS, "Navy dress", "89.00", "flat", "worn")
    selling_shop.sell(SHIRT, "White t-shirt", "19.50")
    selling_shop.sell(JEANS, "Indigo jeans", "59.00")
    selling_shop.open()
    return selling_shop
