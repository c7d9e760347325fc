"""The embedded Milvus server: the package `milvus` (Milvus 2.3.5), reachable on 127.0.0.1 alone.

Run as a script (`gallery_server_command`), on its own: it imports nothing of Niteru.

Milvus listens on every address of the machine with eight ports, most without a password, and has no setting against it
(milvus-io/milvus#26538). So it runs in a network namespace of its own, in which there is nothing but a loopback; the
only way in is this process, which took its port outside before it moved there, and passes bytes on.
"""

import argparse
import asyncio
import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys
from pathlib import Path
from urllib.request import urlopen

SETTINGS = {
    "log.level": "warn",
    "log.file.rootPath": "",  # its log is this process's output
    "common.gracefulStopTimeout": 5,
    # What is not indexed yet is searched exactly: an index of its own there ignores the search's parameters, and found
    # a quarter of what a narrow filter passes. So not much may stay unindexed: 30 MB, 25,000 vectors of 256.
    "queryNode.segcore.interimIndex.enableIndex": "false",
    "dataCoord.segment.sealProportion": 0.06,
}
STOP_SECONDS = 8.0
"""A kill afterwards loses nothing; the supervisor waits for ten."""

_GRPC, _HEALTH = 19530, 9091  # in a namespace of its own nobody else has them
_CLONE_NEWUSER, _CLONE_NEWNET, _SIOCSIFFLAGS, _IFF_UP, _PR_SET_PDEATHSIG = 0x10000000, 0x40000000, 0x8914, 1, 1


def leave_network() -> None:
    """Move this process to a network of its own, with a loopback and nothing else; sockets it has stay where they are.

    Raises OSError where the system does not let us, as in a container without that right.
    """
    uid, gid = os.getuid(), os.getgid()
    kinds = _CLONE_NEWNET if uid == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    if ctypes.CDLL(None, use_errno=True).unshare(kinds):
        number = ctypes.get_errno()
        raise OSError(number, f"no network namespace for the gallery server: {os.strerror(number)}")
    if uid != 0:
        for name, content in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            Path("/proc/self", name).write_text(content, encoding="ascii")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _IFF_UP))


def prepare(data_dir: Path) -> None:
    """Write the configuration and unpack the programs (240 MB, the first time only)."""
    from milvus import MilvusServerConfig, _initialize_data_files  # noqa: PLC0415 - the package offers no other way

    config = MilvusServerConfig(data_dir=str(data_dir))
    for name, value in SETTINGS.items():
        config.set(name, value)
    config.resolve()
    _initialize_data_files(str(data_dir))


async def serve(data_dir: Path, outside: socket.socket) -> int:
    """Run Milvus until a signal or its own end; take connections once it is healthy. Return its exit status."""
    milvus = await asyncio.create_subprocess_exec(
        *(str(data_dir / "bin" / "milvus"), "run", "standalone"),
        cwd=data_dir,
        env={
            **os.environ,  # noqa: TID251 - a script of its own
            "DEPLOY_MODE": "STANDALONE",
            "METRICS_PORT": str(_HEALTH),
            "MILVUS_RUN_DIR": str(data_dir / "run"),
            "LD_LIBRARY_PATH": str(data_dir / "bin"),
        },
        preexec_fn=_end_with_parent,
    )
    for request in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(request, _stop, milvus)
    ended = asyncio.create_task(milvus.wait())
    while not ended.done() and not await asyncio.to_thread(_is_healthy):
        await asyncio.wait([ended], timeout=0.1)
    if not ended.done():
        await asyncio.start_server(_pass_on, sock=outside)
    return await ended


def _stop(milvus: asyncio.subprocess.Process) -> None:
    def kill() -> None:
        with contextlib.suppress(ProcessLookupError):
            milvus.kill()

    with contextlib.suppress(ProcessLookupError):
        milvus.terminate()
    asyncio.get_running_loop().call_later(STOP_SECONDS, kill)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _is_healthy() -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{_HEALTH}/healthz", timeout=5) as answer:
            return b"OK" in answer.read()
    except OSError:
        return False


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", _GRPC)
    except OSError:
        writer.close()
        return
    await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 18):
            writer.write(data)
            await writer.drain()
    writer.close()


def main() -> int:
    """Serve `--data-dir` on 127.0.0.1:`--port` until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", required=True, type=Path)
    parser.add_argument("--port", required=True, type=int)
    options = parser.parse_args()
    # With the protocol's number asyncio switches Nagle's algorithm off: it held answers back for 40 ms.
    outside = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    outside.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    outside.bind(("127.0.0.1", options.port))
    options.data_dir.mkdir(parents=True, exist_ok=True)
    leave_network()
    prepare(options.data_dir)
    return asyncio.run(serve(options.data_dir, outside))


if __name__ == "__main__":
    sys.exit(main())
