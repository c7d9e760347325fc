"""What `niteru bench search` says of galleries by themselves."""

import json

import numpy as np
from click.testing import CliRunner

from backend.cli.bench import bench
from backend.search.bench_vectors import CATEGORY, SHARES, TOP, draw, questions
from backend.search.gallery import ExactGallery


def test_the_exact_answer_is_the_exact_gallerys() -> None:
    drawn = draw(600, seed=3)
    gallery = ExactGallery(drawn.vectors.shape[1])
    gallery.upsert(drawn.entries(range(600)))
    (queries,) = questions(drawn, 1, seed=4)

    found = [[int(hit.product_id[1:]) for hit in hits] for hits in gallery.search(queries, limit=TOP)]

    assert drawn.best_products(queries, "plain") == found


def test_a_gallery_is_drawn_the_same_again_and_filters_pass_their_share() -> None:
    drawn, again = draw(20_000, seed=3), draw(20_000, seed=3)

    np.testing.assert_array_equal(drawn.vectors, again.vectors)
    for name, share in {**SHARES, CATEGORY: 0.1}.items():
        assert abs(drawn.passing(name).mean() - share) < 0.05


def test_engines_are_measured_beside_numpy_and_milvus_lite_misses_nothing() -> None:
    arguments = ["search", "--sizes", "400", "--rounds", "2", "--engines", "lite", "--json"]
    done = CliRunner().invoke(bench, arguments, catch_exceptions=False)

    (size,) = json.loads(done.stdout)["sizes"]
    numpy, lite = size["engines"]
    assert (numpy["engine"], lite["engine"]) == ("numpy", "lite")
    assert set(lite["filters"]) == {*SHARES, CATEGORY}
    assert {facts["recall"] for facts in lite["filters"].values()} == {1.0}
    assert lite["memory_mb"] > 0


def test_an_engine_that_nobody_knows_is_refused() -> None:
    done = CliRunner().invoke(bench, ["search", "--engines", "magic"])

    assert done.exit_code == 2
    assert "choose from numpy, lite, server, hnswlib" in done.stderr
