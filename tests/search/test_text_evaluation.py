"""`niteru evaluate words`, and the measure it tells."""

import json

import pytest
from click.testing import CliRunner

from backend.training.commands import evaluate
from backend.training.evaluation.words import QUERIES, evaluate_words, read_queries
from backend.training.metrics import ndcg


def test_ndcg_is_one_for_the_best_order_and_less_for_any_other():
    assert ndcg([2, 1, 0], [2, 1], 10) == 1
    assert 0 < ndcg([0, 1, 2], [2, 1], 10) < 1
    assert ndcg([0, 0], [2], 10) == 0


def test_a_query_that_nothing_answers_has_no_ndcg():
    with pytest.raises(ValueError, match="no nDCG"):
        ndcg([0], [], 10)


def test_there_are_thirty_judged_queries_in_each_language():
    assert [len(read_queries(QUERIES / f"{lang}.tsv")) for lang in ("ja", "en")] == [30, 30]


def test_queries_are_measured_and_the_throw_away_shop_is_gone(app, settings, shared, tmp_path):
    for lang, words in (("ja", "赤いパーカー"), ("en", "red hoodie")):
        (tmp_path / f"{lang}.tsv").write_text(f"{words}\tMH02:2 MH08:2 MH09:2 MH12:2\nspace suit\t\n", encoding="utf-8")

    figures = evaluate_words(shared / "data" / "luma", tmp_path, settings)

    assert {(one["queries"], one["without_relevant"]) for one in figures.values()} == {(1, 1)}
    assert all(0 < one["nDCG@10"] <= 1 for one in figures.values())
    assert evaluate_words(shared / "data" / "luma", tmp_path, settings) == figures
    _no_shop_is_left(settings)


def _no_shop_is_left(settings):
    from sqlalchemy import create_engine, text

    engine = create_engine(settings.database_owner_url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM tenant")).scalar_one() == 0
    engine.dispose()


def test_the_command_prints_one_document(app, settings, shared, monkeypatch):
    monkeypatch.setattr("backend.training.evaluation.words.Settings.from_env", lambda: settings)

    result = CliRunner().invoke(evaluate, ["words", "--data", str(shared / "data" / "luma"), "--json"])

    figures = json.loads(result.stdout)
    assert set(figures) == {"ja", "en"}
    assert figures["ja"]["queries"] == 28
