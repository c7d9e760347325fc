"""What the operator denies stays closed, whatever names it and whoever is allowed more."""

import pytest

from backend.config import ConfigError, Settings
from backend.tenants.models import new_id
from tests.ingest.fetching.asking import ask
from tests.ingest.local_shop import Answer, LocalShop, run_proxy


def test_a_denied_network_is_reached_by_no_name_no_address_and_no_exception(local_shop: LocalShop) -> None:
    local_shop.pages["/"] = Answer("<h1>Hi</h1>")
    tenant_id = new_id()
    with run_proxy(deny=["127.0.0.0/8", "93.184.216.0/24"]) as running:
        running.allow[tenant_id] = {local_shop.host}
        running.names = {"own.example": ["93.184.216.34"]}
        goals = (
            f"http://{local_shop.host}/",
            "http://93.184.216.34/",
            "http://own.example/",
            "http://[::ffff:5db8:d822]/",
        )
        answers = [ask(running.port, goal, tenant_id) for goal in goals]

    assert [answer.split("\r\n")[0] for answer in answers] == ["HTTP/1.1 403 private_address"] * len(goals)
    assert local_shop.asked == []


def test_networks_are_read_from_the_environment_and_a_wrong_one_is_named() -> None:
    needed = dict.fromkeys(
        ("NITERU_SECRET_KEY", "DATABASE_URL", "REDIS_URL", "MILVUS_URI", "NITERU_EGRESS_URL"), "here"
    )

    read = Settings.from_env({**needed, "NITERU_EGRESS_DENY": "198.51.100.0/24, 2001:db8::/32"}).egress_deny
    with pytest.raises(ConfigError, match=r"NITERU_EGRESS_DENY must list networks.*198\.51\.100\.7/24"):
        Settings.from_env({**needed, "NITERU_EGRESS_DENY": "198.51.100.7/24"})

    assert [str(network) for network in read] == ["198.51.100.0/24", "2001:db8::/32"]
