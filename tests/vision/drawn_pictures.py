"""Small pictures for tests, and their bytes in any format."""

from io import BytesIO

from PIL import Image, ImageDraw


def drawn(width: int = 120, height: int = 90) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 0, width // 2 - 1, height - 1], fill=(200, 20, 40))
    draw.ellipse([width * 0.6, height * 0.2, width * 0.9, height * 0.8], fill=(20, 40, 160))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()
