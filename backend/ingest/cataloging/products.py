"""From a page that was read to the product it shows: its own one, or another whose copy it says it is.

A product stands at an address that was itself read and showed it. What a page says of another address (its canonical
one, its other languages) joins the two, and the product moves there once that page has been read too; a claim that
pages of different things share joins nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from backend.ingest import addresses
from backend.ingest.cataloging import sync
from backend.ingest.cataloging.identity import Naming, Shown, differ, naming
from backend.ingest.reading.extract import Page
from backend.ingest.records import ProductRecord
from backend.tenants import accounts, catalog_sync
from backend.tenants.catalog import list_images
from backend.tenants.catalog_addresses import find_at, has_left, move, release
from backend.tenants.catalog_sync import ProductFacts, Synced
from backend.tenants.models import Product

STANDS_FOR = "stands_for"
"""In `product.record`: the address that its page says is the thing's own, while only a copy of it was read."""


def sync_page(
    session: Session, tenant_id: str, run_id: str | None, page: Page, *, asked: str, final_url: str, shop_url: str
) -> Synced | None:
    """Write what a page shows into the catalog; None when it shows no product.

    `asked` is the address that was asked for and `final_url` the one that answered.
    """
    if page.record is None:
        return None
    locale = accounts.get_tenant(session, tenant_id).locale if page.alternates else None
    named = naming(final_url, canonical=page.canonical, alternates=page.alternates, shop_url=shop_url, locale=locale)
    return _Sight(session, tenant_id, run_id, _facts(page.record, named, asked), named, asked).settle()


@dataclass(frozen=True, slots=True)
class _Sight:
    """One page's product on its way into the catalog."""

    session: Session
    tenant_id: str
    run_id: str | None
    facts: ProductFacts
    named: Naming
    asked: str

    def settle(self) -> Synced:
        here = self._at(self.named.own)
        if here is not None and here.fingerprint == self.facts.fingerprint:
            return self._at_home(here)
        if here is not None and not self._shows(here):
            release(self.session, self.tenant_id, self.facts.fingerprint)
            here = None
        if here is not None and (here.gone_at is not None or here.record.get(STANDS_FOR) == self.named.own):
            return self._write(standing=here)
        known = here or self._named()
        if known is not None and not has_left(self.session, self.tenant_id, known, self.run_id):
            return self._note(known)
        return self._write(standing=known or self._redirected())

    def _at_home(self, product: Product) -> Synced:
        """Write a product whose own address was read, unless the shop calls it a copy of another one by now."""
        main = self._at(self.named.main)
        if main is None or main.id == product.id:
            return self._write()
        if main.fingerprint != addresses.fingerprint(self.named.main) or not self._shows(main):
            return self._write(claims=False)
        catalog_sync.fold(self.session, self.tenant_id, product, into=main)
        return self._note(main)

    def _named(self) -> Product | None:
        """Return the known product whose copy this page says it is, and does not plainly contradict.

        A claim on an address that no page of its own has confirmed falls with the first page that contradicts it.
        """
        for address in self.named.others:
            known = self._at(address)
            if known is None or known.gone_at is not None:
                continue
            if self._shows(known):
                return known
            if known.record.get(STANDS_FOR) == address and known.fingerprint != addresses.fingerprint(address):
                release(self.session, self.tenant_id, addresses.fingerprint(address))
        return None

    def _redirected(self) -> Product | None:
        """Return the product that stood at the address which led here."""
        before = self._at(self.asked)
        stood_there = before is not None and before.fingerprint == addresses.fingerprint(self.asked)
        return before if before is not None and stood_there and self._shows(before) else None

    def _write(self, *, standing: Product | None = None, claims: bool = True) -> Synced:
        """Write the page's facts; a product that is `standing` elsewhere comes here."""
        if standing is not None:
            move(standing, url=self.facts.url, fingerprint=self.facts.fingerprint)
        facts = self._claiming() if claims else self.facts
        return catalog_sync.upsert_product(self.session, self.tenant_id, facts, run_id=self.run_id)

    def _note(self, known: Product) -> Synced:
        return catalog_sync.note_copy(self.session, self.tenant_id, known.id, self._claiming())

    def _claiming(self) -> ProductFacts:
        """Return the facts with every address that is said to show the same thing."""
        claimed = {addresses.fingerprint(url): url for url in self.named.others}
        return replace(self.facts, other_urls={**claimed, **self.facts.other_urls})

    def _at(self, address: str) -> Product | None:
        return find_at(self.session, self.tenant_id, addresses.fingerprint(address))

    def _shows(self, product: Product) -> bool:
        """Say whether the page may show this product."""
        images = [image.url for image in list_images(self.session, self.tenant_id, product.id) if image.state != "gone"]
        return not differ(_shown(product, images), _shown(self.facts, self.facts.images))


def _facts(record: ProductRecord, named: Naming, asked: str) -> ProductFacts:
    facts = sync.facts_of(replace(record, url=named.own), [asked])
    stands_for = {STANDS_FOR: named.main} if named.main != named.own else {}
    return replace(facts, record={**facts.record, **stands_for})


def _shown(of: Product | ProductFacts, images: Iterable[str]) -> Shown:
    return Shown(of.title, of.language, of.sku, of.gtin, of.price, of.currency, frozenset(images))
