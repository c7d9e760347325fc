"""Galleries in Milvus: Milvus Lite's server on one machine, a Milvus cluster at scale, through the same calls.

A tenant's embeddings by one model live in their own collection `g_<tenant hex>_<model>_<n>`, and the alias
`g_<tenant hex>` says which of them is live. Nothing here can name another tenant's collection.

Only features that Milvus Lite 3.2 and Milvus 2.3 share are used. What Lite 3.2.2 needs besides:
- One worker thread (`gallery_server_command`). Two threads may open one collection twice or write it at once and
  lose rows, and a search beside a flush misses the rows being flushed; a single thread makes all of that serial.
- A flush after every batch, and at the first touch of a collection after a (re)connect: until then rows are
  searched one by one in Python.
- Merging of its files beside everything else, and to the end (lite_merging.py): its own holds searches up, and leaves
  small files that each search looks through one by one.
- Mending before it starts (lite.mend): a kill -9 at the wrong moment leaves rows twice or blocks a name.
- No index. Without one Lite searches exactly and needs no load after a restart; with FLAT it holds every vector
  twice, and its HNSW loses half the answers under a filter.
- Quicker answers to questions for rows (lite_rows.py): its own way reads every vector for each of them.
- A quicker search (lite_search.py), which also groups by product: Lite's own takes a quarter of a second for 180,000
  rows with any index, and its group-by gives up after ten rows a product.

Milvus 2.3 has no group-by. There products are grouped here, asking again without those already found until there are
enough or no more. How hard its index is searched depends on the filter (effort.py).
"""

from backend.search.milvus_gallery.collection import MilvusGallery, open_gallery
from backend.search.milvus_gallery.server import (
    GalleryMismatch,
    GalleryUnavailable,
    can_run_server,
    gallery_server_command,
    ping,
)

__all__ = [
    "GalleryMismatch",
    "GalleryUnavailable",
    "MilvusGallery",
    "can_run_server",
    "gallery_server_command",
    "open_gallery",
    "ping",
]
