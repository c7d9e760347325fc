"""What decoding takes in memory, measured in a process of its own."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.vision import images

_LARGEST: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a JPEG": ("JPEG", "RGB", {}),
    "a progressive JPEG": ("JPEG", "RGB", {"progressive": True}),
    "a CMYK JPEG": ("JPEG", "CMYK", {}),
    "a PNG": ("PNG", "RGB", {}),
    "a PNG of 16 bits": ("PNG", "I;16", {}),
    "a transparent PNG": ("PNG", "RGBA", {}),
    "a GIF": ("GIF", "P", {}),
    "a WebP": ("WEBP", "RGB", {}),
    "a transparent WebP": ("WEBP", "RGBA", {}),
    "an AVIF": ("AVIF", "RGB", {"speed": 10}),
    "a transparent AVIF": ("AVIF", "RGBA", {"speed": 10}),
    "a HEIC": ("HEIF", "RGB", {"quality": 1, "enc_params": {"preset": "ultrafast"}}),
    "a transparent HEIC": ("HEIF", "RGBA", {"quality": 1, "enc_params": {"preset": "ultrafast"}}),
}
# The high-water mark of the process's own memory: ru_maxrss begins with that of the process that started it.
_CODE = """
import sys
from pathlib import Path
from backend.vision import decode
peak = lambda: int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
data = Path(sys.argv[1]).read_bytes()
before = peak()
picture = decode(data, max_side=1600)
print(picture.width, peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux, which tells a process's memory")
@pytest.mark.parametrize("name", _LARGEST)
def test_the_largest_picture_that_is_accepted_takes_less_than_300_mb(name: str, tmp_path: Path) -> None:
    kind, mode, options = _LARGEST[name]
    probe = Image.new(mode, (8, 8))
    probe.format = kind
    side = int(images._most_pixels(probe) ** 0.5) - 1
    path = tmp_path / "picture"
    Image.new(mode, (side, side)).save(path, kind, **options)

    answer = subprocess.run([sys.executable, "-c", _CODE, str(path)], capture_output=True, text=True, check=True)

    width, grown = answer.stdout.split()
    assert int(width) == 1600
    assert 3 * 1600**2 / 2**20 <= float(grown) < 300  # less than the answer itself would be no measurement
