"""The local gallery server: Milvus Lite, after mending what a kill -9 may have left behind, with a quicker search.

Run as a script (`gallery_server_command`).
"""

import argparse
import gc
import logging
import shutil
import signal
from pathlib import Path

log = logging.getLogger(__name__)


def mend(data_dir: Path) -> None:
    """Remove the traces of a kill that Milvus Lite 3.2.2 does not undo itself; call before it opens `data_dir`.

    - A flush writes its rows, commits its manifest, then removes its log. Killed in between, Lite replays the log
      at the next start and shows those rows twice: until the next flush, or, when other rows join them in it, for
      good. A log numbered below the manifest's active one is in the manifest's files already.
    - A creation killed before its schema was written leaves a folder that blocks the collection's name.
    """
    from milvus_lite.storage.manifest import Manifest  # noqa: PLC0415 - only this process has Lite in it
    from milvus_lite.storage.wal import WAL, _cleanup_old_wals  # noqa: PLC0415

    for folder in (data_dir / "collections").glob("*"):
        if not (folder / "schema.json").exists():
            log.warning("removed a collection that was never created: %s", folder.name)
            shutil.rmtree(folder)
            continue
        active = Manifest.load(str(folder)).active_wal_number
        logs = WAL.find_wal_files(str(folder / "wal"))
        if active is not None and logs and min(logs) < active:
            log.warning("removed a log that had been flushed: %s", folder.name)
            _cleanup_old_wals(str(folder / "wal"), active - 1)


def main() -> None:
    """Serve `--data-dir` on 127.0.0.1 until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", required=True, type=Path)
    parser.add_argument("--port", required=True, type=int)
    options = parser.parse_args()
    from milvus_lite.adapter.grpc.server import run_server  # noqa: PLC0415

    from backend.search.milvus_gallery import lite_answers, lite_merging, lite_rows, lite_standing  # noqa: PLC0415

    # Lite closes its files on a KeyboardInterrupt only; a shell starts what runs in its background with SIGINT ignored
    for request in (signal.SIGINT, signal.SIGTERM):
        signal.signal(request, signal.default_int_handler)
    options.data_dir.mkdir(parents=True, exist_ok=True)
    mend(options.data_dir)
    standings = lite_standing.Standings()
    lite_answers.install(standings)
    lite_rows.install(standings)
    lite_merging.install()
    # Lite keeps a few Python objects for every row; looking through all of them took longer than searches do.
    gc.set_threshold(100_000, 20, 100)
    run_server(str(options.data_dir), host="127.0.0.1", port=options.port, max_workers=1)


if __name__ == "__main__":
    main()
