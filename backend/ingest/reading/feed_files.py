"""The rows of a feed file, one after the other: RSS and Atom XML, CSV and TSV, packed or not, in any usual encoding.

A feed is somebody else's file of up to 200 MB: it is never held whole, a DTD (and with it every entity bomb) is
refused, and what is packed is unpacked a piece at a time.
"""

import codecs
import csv
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from xml.parsers import expat

MAX_BYTES = 200_000_000
_PIECE = 65_536
_LONGEST_TOKEN = 2_000_000
_LONGEST_LINE = 1_000_000
_LONGEST_FIELD = 100_000
_MOST_FIELDS = 300
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")

Row = dict[str, list[str]]


class FeedUnreadable(Exception):
    """The file cannot be read (on). `code` is not_a_feed, dtd, too_large, broken or cut_short."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def rows_of(chunks: Iterable[bytes], kind: str = "") -> Iterator[Row]:
    """Yield every row's fields by their names (lower case, `_` between words, without prefix), in order.

    `kind` is xml, csv or tsv, or "" to tell it by the first bytes. Raises FeedUnreadable, after the rows before.
    """
    pieces = _unpacked(chunks)
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= _PIECE:
            break
    start = first.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t")
    if not start:
        raise FeedUnreadable("not_a_feed")
    texts = _texts(first, pieces, declared=_ENCODING.match(start))
    if kind == "xml" or (not kind and start.startswith(b"<")):
        yield from _xml_rows(texts)
    else:
        yield from _table_rows(texts, "\t" if kind == "tsv" else "")


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    total = 0
    unzip = None
    for number, chunk in enumerate(one for one in chunks if one):
        if number == 0 and chunk.startswith(b"\x1f\x8b"):
            unzip = zlib.decompressobj(wbits=31)
        waiting = chunk
        while waiting:
            if unzip is None:
                piece, waiting = waiting[:_PIECE], waiting[_PIECE:]
            else:
                try:
                    piece = unzip.decompress(waiting, _PIECE)
                except zlib.error:
                    raise FeedUnreadable("broken") from None
                waiting = unzip.unconsumed_tail
            total += len(piece)
            if total > MAX_BYTES:
                raise FeedUnreadable("too_large")
            yield piece


def _texts(first: bytes, pieces: Iterator[bytes], *, declared: re.Match[bytes] | None) -> Iterator[str]:
    """Decode: by the byte order mark, else as declared, else as the first of the usual ones that fits the beginning."""
    name = _encoding(first, declared[1].decode() if declared else "")
    decoder = codecs.getincrementaldecoder(name)(errors="replace")
    yield _CONTROL.sub("", decoder.decode(first).removeprefix("\ufeff"))
    for piece in pieces:
        yield _CONTROL.sub("", decoder.decode(piece))
    yield decoder.decode(b"", final=True)


def _encoding(first: bytes, declared: str) -> str:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name in (declared, "utf-8", "cp932", "euc_jp"):
        try:
            codecs.getincrementaldecoder(name)().decode(first)
        except (LookupError, UnicodeError):
            continue
        return name
    return "latin-1"


def _xml_rows(texts: Iterable[str]) -> Iterator[Row]:
    reader = _Items()
    fed = 0
    for text in _escaped(texts):
        for start in range(0, len(text), _PIECE):
            piece = text[start : start + _PIECE].encode()
            fed += len(piece)
            yield from reader.feed(piece)
            # One tag that never ends would be read from its beginning again with every piece.
            if fed - reader.done > _LONGEST_TOKEN:
                raise FeedUnreadable("broken")
    yield from reader.feed(b"", is_last=True)
    if not reader.knows_feeds:
        raise FeedUnreadable("not_a_feed")


def _escaped(texts: Iterable[str]) -> Iterator[str]:
    """Escape every & that begins no entity XML knows: bare ones in addresses, &nbsp; and its like."""
    rest = ""
    for text in texts:
        text = rest + text  # noqa: PLW2901  what was held back belongs to it
        cut = text.rfind("&", max(0, len(text) - 12))
        cut = len(text) if cut < 0 or ";" in text[cut:] else cut
        rest = text[cut:]
        yield _BARE.sub("&amp;", text[:cut])
    yield _BARE.sub("&amp;", rest)


class _Items:
    """Collects the direct children of every <item> or <entry>: a <shipping> inside has a price of its own."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._read
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.buffer_text = True
        self._rows: deque[Row] = deque()
        self._row: Row | None = None
        self._depth = 0
        self._text: list[str] = []
        self._length = 0
        self.knows_feeds = False

    @property
    def done(self) -> int:
        return max(0, self._parser.CurrentByteIndex)

    def feed(self, piece: bytes, *, is_last: bool = False) -> Iterator[Row]:
        """Read on, and yield the rows that are complete; those before a break come before its FeedUnreadable."""
        broken: FeedUnreadable | None = None
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError:
            broken = FeedUnreadable("cut_short" if self.knows_feeds else "not_a_feed")
        while self._rows:
            yield self._rows.popleft()
        if broken:
            raise broken

    def _refuse(self, *_: object) -> None:
        raise FeedUnreadable("dtd")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._row is None:
            plain = field_name(name)
            self.knows_feeds = self.knows_feeds or plain in {"rss", "feed", "rdf", "channel"}
            if plain in {"item", "entry"}:
                self._row, self._depth = {}, 0
            return
        self._depth += 1
        if self._depth == 1:
            self._text, self._length = [], 0
            if address := attributes.get("href"):  # Atom: <link href="…"/>
                self._read(address)

    def _read(self, text: str) -> None:
        if self._row is not None and self._depth == 1 and self._length < _LONGEST_FIELD:
            self._text.append(text)
            self._length += len(text)

    def _end(self, name: str) -> None:
        if self._row is None:
            return
        if self._depth == 1 and len(self._row) < _MOST_FIELDS:
            values = self._row.setdefault(field_name(name), [])
            if len(values) < _MOST_FIELDS and (value := "".join(self._text).strip()):
                values.append(value)
        if self._depth == 0:
            self._rows.append(self._row)
            self._row = None
        self._depth -= 1


def _table_rows(texts: Iterable[str], delimiter: str) -> Iterator[Row]:
    lines = _lines(texts)
    header = next(lines, "")
    delimiter = delimiter or max("\t,;|", key=header.count)
    names = [field_name(name.strip('"')) for name in header.split(delimiter)][:_MOST_FIELDS]
    if not {"title", "link"} <= set(names):
        raise FeedUnreadable("not_a_feed")
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise FeedUnreadable("cut_short") from None  # a quote that is never closed has swallowed the rest
        row: Row = {}
        for name, value in zip(names, values, strict=False):
            if value.strip():
                row.setdefault(name, []).append(value.strip()[:_LONGEST_FIELD])
        if row:
            yield row


def _lines(texts: Iterable[str]) -> Iterator[str]:
    rest = ""
    for text in texts:
        *whole, rest = (rest + text.replace("\r", "\n")).split("\n")
        if len(rest) > _LONGEST_LINE:
            raise FeedUnreadable("broken")
        for line in whole:
            yield line + "\n"
    if rest:
        yield rest


def field_name(name: str) -> str:
    """Return a field's name as Google's specification writes it: "g:image link" is image_link."""
    return re.sub(r"[\s-]+", "_", name.rpartition(":")[2].strip().lower())[:100]
