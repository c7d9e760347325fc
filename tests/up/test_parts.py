"""What `niteru up` starts, and whom the processor serves first."""

import pytest

from backend.config import ConfigError
from backend.up.parts import Private, plan

FOREIGN = {
    "DATABASE_URL": "postgresql://app@db.example/niteru",
    "DATABASE_OWNER_URL": "postgresql://owner@db.example/niteru",
}


def test_what_no_shopper_waits_for_lets_the_search_go_first(tmp_path):
    parts = {part.name: part for part in plan(tmp_path, Private.load({}), FOREIGN).parts}

    behind = {name for name, part in parts.items() if part.nice > 0}
    assert behind == {"crawl-worker", "vision-worker", "egress", "scheduler"}
    assert {"web", "query-worker", "gallery", "redis"} <= parts.keys() - behind


def test_one_machine_runs_the_gallery_servers_that_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr("backend.up.parts.can_run_server", lambda: True)
    private = Private.load({})

    def asked(gallery):
        made = plan(tmp_path, private, {**FOREIGN, "NITERU_GALLERY": gallery})
        return {part.name for part in made.parts if part.name.startswith("gallery")}, made.runtime["MILVUS_URI"]

    lite, server = (f"http://127.0.0.1:{port}" for port in (private.gallery_port, private.gallery_server_port))
    assert asked("") == asked("lite") == ({"gallery"}, lite)
    assert asked("server") == ({"gallery-server"}, server)
    assert asked("both") == ({"gallery", "gallery-server"}, lite)


def test_a_gallery_server_that_is_unknown_or_not_installed_stops_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr("backend.up.parts.can_run_server", lambda: False)

    with pytest.raises(ConfigError, match="lite, server or both"):
        plan(tmp_path, Private.load({}), {**FOREIGN, "NITERU_GALLERY": "milvus"})
    with pytest.raises(ConfigError, match="not installed"):
        plan(tmp_path, Private.load({}), {**FOREIGN, "NITERU_GALLERY": "both"})
