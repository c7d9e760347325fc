"""ultralytics as we want it: it installs nothing, calls nowhere, and leaves Pillow alone.

Imported, it replaces `PIL.Image.open` by a function that wants another package for every file that is no picture, so
that a shopper's broken upload would end in an ImportError. Whoever needs YOLO imports it from here.
"""

from PIL import Image

from backend.config import keep_offline

keep_offline()  # before the import: it reads the environment then

from ultralytics.models.yolo.detect import DetectionTrainer  # noqa: E402
from ultralytics.models.yolo.model import YOLO  # noqa: E402
from ultralytics.utils import LOGGER, patches  # noqa: E402

Image.open = patches._image_open  # noqa: SLF001  what it was before

__all__ = ["LOGGER", "YOLO", "DetectionTrainer"]
