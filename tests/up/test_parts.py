"""What `niteru up` starts, and whom the processor serves first."""

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
