"""Which processes the kernel lets wait for others."""

import os
from pathlib import Path


def lower(pid: int, nice: int) -> None:
    """Give a process, and the session it leads, the weight of a `nice` value (0 to 19).

    Where the kernel groups processes by session (/proc/PID/autogroup), `nice` weighs only inside the session; the
    sessions share the processor by a value of their own. Where it does not, or refuses, `nice` alone has to do.
    """
    try:
        os.setpriority(os.PRIO_PROCESS, pid, nice)
        Path(f"/proc/{pid}/autogroup").write_text(str(nice))
    except OSError:
        return
