"""Pictures for the tests, drawn by code: garments on plain ground, and a figure in an outfit."""

from io import BytesIO

from PIL import Image, ImageDraw

GROUNDS = ["#f3efe8", "#eceef0", "#f4ece6", "#eef0ea"]
CLOTHS = ["#8c2f2b", "#2e4057", "#5a6b4a", "#c9a36b", "#3b3a3a", "#a9b7c6", "#7b4b5e", "#d9cbb5"]

TOP = [
    (150, 150),
    (210, 130),
    (250, 165),
    (290, 130),
    (350, 150),
    (420, 260),
    (365, 300),
    (345, 265),
    (345, 480),
    (155, 480),
    (155, 265),
    (135, 300),
    (80, 260),
]
DRESS = [(190, 120), (220, 120), (250, 150), (280, 120), (310, 120), (320, 290), (390, 560), (110, 560), (180, 290)]
PANTS = [(175, 110), (325, 110), (350, 580), (275, 580), (250, 270), (225, 580), (150, 580)]
BAG = [(130, 280), (370, 280), (400, 520), (100, 520)]
SHAPES = [TOP, DRESS, PANTS, BAG]


def garment(number: int) -> bytes:
    """JPEG of 500 x 667 px: one garment; neighbouring numbers differ in shape and colour."""
    image = Image.new("RGB", (500, 667), GROUNDS[number % len(GROUNDS)])
    draw = ImageDraw.Draw(image)
    draw.polygon(SHAPES[number % len(SHAPES)], fill=CLOTHS[(number * 3) % len(CLOTHS)])
    return jpeg(image)


def outfit(width: int = 1200, height: int = 1600) -> Image.Image:
    """A drawn figure in a red coat and blue trousers with a bag; the boxes in photo.json are theirs."""
    image = Image.new("RGB", (600, 800), "#d8d4cc")
    draw = ImageDraw.Draw(image)
    draw.ellipse((265, 70, 335, 160), fill="#e5c7ae")
    draw.polygon([(215, 170), (385, 170), (425, 420), (175, 420)], fill="#8c2f2b")
    draw.rectangle((205, 300, 395, 322), fill="#2b2118")
    draw.polygon([(205, 420), (395, 420), (385, 720), (315, 720), (300, 470), (285, 720), (215, 720)], fill="#2e4057")
    draw.polygon([(430, 400), (520, 400), (530, 500), (420, 500)], fill="#c9a36b")
    draw.ellipse((205, 715, 285, 750), fill="#1d1d1d")
    draw.ellipse((315, 715, 395, 750), fill="#1d1d1d")
    return image.resize((width, height))


def jpeg(image: Image.Image, **options: object) -> bytes:
    """The picture as JPEG bytes; `options` go to Pillow (for example exif)."""
    out = BytesIO()
    image.save(out, "JPEG", quality=88, **options)
    return out.getvalue()
