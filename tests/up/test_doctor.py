"""What `niteru doctor` tells of vision: the workers' own word where they run, the choice where they do not."""

from backend import queues
from backend.config import Settings
from backend.up.doctor import Finding, examine
from backend.vision.card import read_card


def vision_finding(env: dict[str, str]) -> Finding:
    return next(finding for finding in examine(env) if finding.name == "Vision")


def environment(settings: Settings, **more: str) -> dict[str, str]:
    return {
        "NITERU_DATA": str(settings.data_dir),
        "NITERU_SECRET_KEY": settings.secret_key,
        "NITERU_EGRESS_URL": settings.egress_url,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "MILVUS_URI": settings.milvus_uri,
        **more,
    }


def test_without_workers_the_doctor_says_what_would_look_at_pictures(tmp_path):
    finding = vision_finding({"NITERU_DATA": str(tmp_path)})

    assert finding.ok
    assert "onnxruntime on cpu" in finding.found
    assert read_card().model_id in finding.found


def test_a_runtime_that_does_not_exist_is_found_before_a_worker_fails_on_it(settings):
    finding = vision_finding(environment(settings, NITERU_VISION_RUNTIME="abacus"))

    assert not finding.ok
    assert "NITERU_VISION_RUNTIME" in finding.mend


def test_the_facts_of_a_queue_without_workers_are_none(redis_url):
    assert queues.worker_facts("nobody", redis_url) == []
