"""Which processes the kernel lets wait for others."""

import time
from pathlib import Path

_TRIES, _PAUSE_S = 20, 0.11


def weigh_session(pid: int, nice: int) -> None:
    """Give the session that a process leads the weight of a `nice` value (0 to 19).

    Where the kernel groups processes by session (/proc/PID/autogroup), a process's own nice value weighs only inside
    its session, and the sessions share the processor by values of their own. Elsewhere there is nothing to do.
    """
    group = Path(f"/proc/{pid}/autogroup")
    for _ in range(_TRIES):
        try:
            group.write_text(str(nice))
        except BlockingIOError:
            time.sleep(_PAUSE_S)  # the kernel lets normal users change one group in a tenth of a second
        except OSError:
            return
        else:
            return
