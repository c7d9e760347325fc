"""Which collections a tenant's gallery has besides the live one, as its row keeps it.

Every change is made by whoever holds the right to write the gallery (ingest's `writing`), so that writers, who hold it
too, know for sure where they must write.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.errors import DomainError, NotFound
from backend.tenants import accounts
from backend.tenants.models import Tenant, now

Kind = Literal["reindex", "rollback", "move"]
Stage = Literal["asked", "filling", "done", "canceled"]
_KEY = "gallery"


class GalleryBusy(DomainError):
    """The gallery is being rebuilt or moved in another way."""

    status = 409
    code = "gallery_busy"


@dataclass(frozen=True, slots=True)
class Place:
    """One collection. `uri` is its Milvus, None for the deployment's own; `model_id` is "" where nobody noted it."""

    collection: str
    dim: int
    model_id: str = ""
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """One filling of `target`, until it takes the place of `former`.

    Images are taken in the order of their ids up to `cursor`, then those of `missing`, which a check found absent.
    `step` counts what was written and fences a worker that lost the build to another; `tries` counts attempts at the
    next step, and up to `alone_to` images are taken one by one, since one of them may be what kills the worker.
    """

    id: str
    kind: Kind
    stage: Stage = "asked"
    target: Place | None = None
    former: Place | None = None
    cursor: str = ""
    missing: tuple[str, ...] = ()
    step: int = 0
    tries: int = 0
    alone_to: str = ""
    total: int = 0
    written: int = 0
    failed: int = 0
    started_at: str = field(default_factory=lambda: now().isoformat())
    finished_at: str | None = None

    @property
    def is_open(self) -> bool:
        return self.stage in {"asked", "filling"}

    @property
    def is_filling(self) -> bool:
        """Say whether live writes go to `target` too."""
        return self.stage == "filling" and self.target is not None

    @property
    def seconds(self) -> float:
        end = datetime.fromisoformat(self.finished_at) if self.finished_at else now()
        return round((end - datetime.fromisoformat(self.started_at)).total_seconds(), 1)


@dataclass(frozen=True, slots=True)
class Collections:
    """The build under way (or the last one), what a rollback goes back to, and what a move left behind.

    `published_at` is when the live one took the former's place; `undone` is what a rollback took out of use.
    """

    build: Build | None = None
    former: Place | None = None
    undone: Place | None = None
    left: tuple[Place, ...] = ()
    published_at: str | None = None

    @property
    def spare(self) -> tuple[Place, ...]:
        """What lies beside the live one in its own Milvus."""
        return tuple(place for place in (self.former, self.undone) if place)

    def open_build(self, build_id: str = "") -> Build | None:
        """Return the build under way, if there is one (and it is the one of that id)."""
        build = self.build
        return build if build and build.is_open and build_id in {"", build.id} else None


def read(session: Session, tenant_id: str) -> Collections:
    """Return what the tenant's row says now, not what this session read before. Raises NotFound."""
    settings = session.scalar(select(Tenant.settings).where(Tenant.id == tenant_id))
    if settings is None:
        raise NotFound("There is no such shop.")
    return from_settings(settings)


def from_settings(settings: Mapping[str, Any]) -> Collections:
    """Return what a tenant's settings say of its gallery."""
    facts = settings.get(_KEY) or {}
    build = facts.get("build")
    return Collections(
        build=_build(build) if build else None,
        former=_place(facts.get("former")),
        undone=_place(facts.get("undone")),
        left=tuple(Place(**place) for place in facts.get("left", ())),
        published_at=facts.get("published_at"),
    )


def save(session: Session, tenant_id: str, collections: Collections) -> None:
    accounts.change_settings(session, tenant_id, {_KEY: asdict(collections)})


def _build(facts: Mapping[str, Any]) -> Build:
    target, former = _place(facts["target"]), _place(facts["former"])
    return Build(**{**facts, "target": target, "former": former, "missing": tuple(facts["missing"])})


def _place(facts: Mapping[str, Any] | None) -> Place | None:
    return Place(**facts) if facts else None
