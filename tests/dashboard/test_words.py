"""The catalogue of words: complete in both languages, all of it used, nothing used that is not there."""

import re
from pathlib import Path

import pytest

import backend.ingest
import dashboard
from backend.ingest.advice import ADVICE
from backend.ingest.crawling.frontier import PASSING
from backend.ingest.crawling.reception import DOWN
from backend.vision.attributes import PATTERNS, fine_names, shade_names
from backend.vision.colors import PALETTE
from backend.vision.values import CATEGORIES
from dashboard.words import WORDS

FOLDER = Path(dashboard.__file__).parent
SOURCES = "".join(
    path.read_text() for kind in ("*.py", "*.html") for path in FOLDER.rglob(kind) if "words" not in path.parts
)
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
SAME_IN_BOTH = {"settings.system", "fact.sku"}
# What data names (a code), and what is put together from parts: "nav." ~ name.
BUILT = re.compile(
    r"^(advice|feed_problem|feeds|category|fine|pattern|shade|gender|color|availability|usefulness|image_state|attention|via|source|reason|action|run_error|stage|"
    r"run_state|run_kind|schedule|count|state|kind|pair_state|failure_kind|signal|tier|role|role_may|nav|place|fact|start|why_not|why_not_next|why_not_short|error|keys|embed|look|"
    r"story|pairs\.empty)\."
)


def test_every_key_has_words_in_both_languages():
    plain = {key: [re.sub(r"\{\w+\}", "", words) for words in pair] for key, pair in WORDS.items()}

    empty = {key for key, pair in plain.items() if not all(pair)}
    not_english = {key for key, (english, _) in plain.items() if JAPANESE.search(english)}
    not_japanese = {
        key
        for key, (_, japanese) in plain.items()
        if re.search("[a-zA-Z]{2}", japanese) and not JAPANESE.search(japanese)
    }

    assert empty | not_english | (not_japanese - SAME_IN_BOTH) == set()


def test_both_languages_say_the_same_facts():
    differing = {
        key for key, pair in WORDS.items() if len({frozenset(re.findall(r"\{(\w+)\}", words)) for words in pair}) > 1
    }

    assert differing == set()


def test_every_key_that_a_page_names_is_there():
    named = set(re.findall(r"""\bt\(\s*f?["']([\w.\-]+)["']\s*[,)]""", SOURCES))
    counted = set(re.findall(r"""\btn\(\s*["']([\w.\-]+)["']""", SOURCES))

    assert named - set(WORDS) == set()
    assert {f"{key}.{form}" for key in counted for form in ("one", "other")} - set(WORDS) == set()
    assert len(named) > 100


def test_no_words_are_left_over():
    unused = {
        key
        for key in WORDS
        if not BUILT.match(key)
        and key not in SOURCES
        and key.removesuffix(".one").removesuffix(".other") not in SOURCES
    }

    assert unused == set()


@pytest.mark.parametrize("kind", ["one", "other"])
def test_counted_words_come_in_pairs(kind):
    other = {"one": "other", "other": "one"}[kind]
    counted = {key for key in WORDS if key.endswith(f".{kind}") and "{n}" in WORDS[key][0]}

    assert {f"{key.removesuffix(kind)}{other}" for key in counted} <= set(WORDS)


@pytest.mark.parametrize(
    ("prefix", "codes"),
    [
        ("category", CATEGORIES), ("color", PALETTE), ("pattern", PATTERNS), ("fine", fine_names()),
        ("shade", shade_names()),
    ],
)  # fmt: skip
def test_what_vision_names_has_words(prefix, codes):
    assert {f"{prefix}.{code}" for code in codes} <= set(WORDS)


FETCHES = re.compile(r'FetchError\(\s*"(\w+)"')
ENDS = re.compile(r'Unusable\(\s*"(\w+)"|runs\.fail\([^)]*error="(\w+)"')
STATUSES = {f"http_{status}" for status in (401, 403, 404, 410, 451, 500, 503)}


def named_in_ingest(said):
    sources = (path.read_text() for path in Path(backend.ingest.__file__).parent.rglob("*.py"))
    return {code for source in sources for found in said.finditer(source) for code in found.groups() if code}


def test_every_reason_why_a_page_or_picture_fails_has_words():
    codes = named_in_ingest(FETCHES) | {*DOWN, *PASSING, *STATUSES}
    codes |= {"maybe_gone", "gone", "cut_short", "budget", "store_failed", "page_limit", "http_5xx"}

    assert {f"reason.{code}" for code in codes} - set(WORDS) == set()
    assert len(codes) > 25


def test_every_way_a_crawl_ends_early_has_words_and_advice():
    codes = named_in_ingest(ENDS)

    assert {f"run_error.{code}" for code in codes} - set(WORDS) == set()
    assert codes - {"shop_unreachable", "shop_refuses"} <= set(ADVICE)  # for which it depends on the answer
    assert len(codes) > 7
