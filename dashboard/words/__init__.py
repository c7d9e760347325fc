"""Every word of the dashboard: key → (English, Japanese). A key cannot have one language without the other."""

from dashboard.words import advice, catalog, codes, crawl, feeds, frame, garments, look, use

Words = dict[str, tuple[str, str]]
_PARTS = (
    advice.WORDS,
    feeds.WORDS,
    frame.WORDS,
    catalog.WORDS,
    crawl.WORDS,
    use.WORDS,
    codes.WORDS,
    garments.WORDS,
    look.WORDS,
)
LANGUAGES = ("en", "ja")
WORDS: Words = {key: pair for part in _PARTS for key, pair in part.items()}

if sum(map(len, _PARTS)) != len(WORDS):
    raise ValueError("A key stands in two parts of the dashboard's words.")
