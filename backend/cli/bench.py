"""`niteru bench`: the measurements of searching and seeing, and that of the crawl, which lies a layer above."""

from backend.ingest.bench_crawl import crawl_command
from backend.search.bench import bench

bench.add_command(crawl_command)

__all__ = ["bench"]
