"""Pictures without garment or cloth that usefulness is measured with: see `drawn`."""

from random import Random

from PIL import Image

from backend.training.evaluation.drawn.paper import TINTS, sheet, write


def squares_code(chance: Random) -> Image.Image:
    image, pen = sheet(chance, "#ffffff")
    cell = min(image.size) // 34
    for row in range(25):
        for column in range(25):
            if chance.random() < 0.5:
                x, y = (column + 4) * cell, (row + 4) * cell
                pen.rectangle([x, y, x + cell, y + cell], fill="#000000")
    return image


def silhouette(chance: Random) -> Image.Image:
    """Nobody's portrait."""
    image, pen = sheet(chance, "#e5e7eb")
    x, y, size = image.width / 2, image.height * 0.4, min(image.size) * 0.17
    pen.ellipse([x - size, y - size, x + size, y + size], fill="#9ca3af")
    pen.pieslice([x - 2 * size, y + size * 1.2, x + 2 * size, y + size * 5], 180, 360, fill="#9ca3af")
    return image


def delivery_van(chance: Random) -> Image.Image:
    image, pen = sheet(chance, chance.choice(("#ffffff", "#f1faee", "#eae7dc")))
    width, height = image.size
    tint = chance.choice(TINTS[:2])
    pen.rectangle([width * 0.15, height * 0.35, width * 0.6, height * 0.65], fill=tint)
    pen.polygon([(width * 0.62, height * 0.45), (width * 0.76, height * 0.45), (width * 0.85, height * 0.55),
                 (width * 0.85, height * 0.65), (width * 0.62, height * 0.65)], fill=tint)  # fmt: skip
    for x in (0.28, 0.72):
        pen.ellipse([width * x - 40, height * 0.62, width * x + 40, height * 0.62 + 80], fill="#222222")
    write(chance, pen, (width / 2, height * 0.85), "Ships in 24 h", size=width // 18, ink="#333333")
    return image


def bar_graph(chance: Random) -> Image.Image:
    image, pen = sheet(chance, "#ffffff")
    width, height = image.size
    for number in range(6):
        x = width * (0.14 + 0.13 * number)
        pen.rectangle(
            [x, height * chance.uniform(0.2, 0.7), x + width * 0.08, height * 0.85], fill=chance.choice(TINTS[:9])
        )
    pen.line(
        [width * 0.1, height * 0.1, width * 0.1, height * 0.85, width * 0.95, height * 0.85], fill="#333333", width=4
    )
    write(chance, pen, (width / 2, height * 0.06), "Warmth compared", size=width // 22, ink="#333333")
    return image


def hang_tag(chance: Random) -> Image.Image:
    image, pen = sheet(chance, chance.choice(("#e8e4dc", "#ffffff", "#cfd8dc")))
    x, y = image.width / 2, image.height / 2
    wide, tall = image.width * 0.2, image.height * 0.33
    top = [
        (x - wide, y - tall * 0.6),
        (x - wide * 0.5, y - tall),
        (x + wide * 0.5, y - tall),
        (x + wide, y - tall * 0.6),
    ]
    pen.polygon([*top, (x + wide, y + tall), (x - wide, y + tall)], fill=chance.choice(TINTS[:2]))
    pen.ellipse([x - 14, y - tall * 0.85, x + 14, y - tall * 0.85 + 28], fill="#ffffff")
    pen.arc([x - 80, y - tall * 1.5, x + 80, y - tall * 0.7], 90, 300, fill="#6b5b4b", width=4)
    write(chance, pen, (x, y), "maison k.", size=image.width // 18, ink="#ffffff")
    write(chance, pen, (x, y + tall * 0.5), f"¥{chance.randint(20, 190)}00", size=image.width // 22, ink="#ffffff")
    return image
