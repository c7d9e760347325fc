"""Pages of blocks under each other, as campaigns are: names, photos, headlines, things, buttons."""

from collections.abc import Callable, Sequence
from random import Random

from PIL import Image, ImageDraw

from backend.training.usefulness.big_letters import a_shout, set_big
from backend.training.usefulness.canvas import Color, color, font, ink_on, japanese, shaded
from backend.training.usefulness.grounds import fitted
from backend.training.usefulness.lettering import a_line, set_words
from backend.training.usefulness.words import SENTENCES
from backend.vision.images import Pixels


def draw_blocks(chance: Random, photos: Sequence[Pixels], width: int, height: int) -> Image.Image:
    """A page of blocks under each other: a name, a photo, a headline, lines, things with prices, a button."""
    height = round(width * chance.uniform(0.9, 2.2))
    ground = chance.choice([(255, 255, 255), (255, 255, 255), (246, 243, 238), color(chance)])
    image = Image.new("RGB", (width, height), ground)
    down, gap = 0.0, width * chance.uniform(0.0, 0.05)
    makers: tuple[Callable[[Random, Image.Image, Sequence[Pixels], float, Color], float], ...] = (
        _a_name, _a_photo, _a_photo, _a_headline, _a_headline, _some_lines, _some_things, _some_things, _a_button,
    )  # fmt: skip
    parts = [chance.choice([_a_name, _a_headline, _a_photo]), *chance.choices(makers, k=9)]
    for part in parts:
        if down > height * 0.95:
            break
        down = part(chance, image, photos, down, ground) + gap
    return image


def _a_name(chance: Random, image: Image.Image, photos: Sequence[Pixels], down: float, ground: Color) -> float:
    del photos
    tall = image.width * 0.09
    text = "".join(chance.choice("AEGIKLMNORSTUV") for _ in range(chance.randint(4, 8)))
    at = (image.width * 0.5, down + tall / 2)
    ImageDraw.Draw(image).text(at, text, fill=ink_on(ground), font=font(chance, round(tall * 0.55), text), anchor="mm")
    return down + tall


def _a_photo(chance: Random, image: Image.Image, photos: Sequence[Pixels], down: float, ground: Color) -> float:
    del ground
    rim = round(image.width * chance.choice([0, 0, 0.06]))
    tall = round(image.width * chance.uniform(0.35, 0.8))
    photo = fitted(chance.choice(photos), image.width - 2 * rim, tall)
    image.paste(photo, (rim, round(down)))
    if chance.random() < 0.5:
        set_words(chance, image, (image.width * 0.1, down + tall * 0.3, image.width * 0.9, down + tall * 0.9))
    return down + tall


def _a_headline(chance: Random, image: Image.Image, photos: Sequence[Pixels], down: float, ground: Color) -> float:
    del photos
    tall, bar = image.width * chance.uniform(0.1, 0.26), ground
    if chance.random() < 0.4:
        bar = color(chance)
        ImageDraw.Draw(image).rectangle([0, down, image.width, down + tall], fill=bar)
    set_big(
        chance,
        image,
        (image.width * 0.08, down + tall * 0.15, image.width * 0.92, down + tall * 0.85),
        a_shout(chance),
        ink_on(bar),
    )
    return down + tall


def _some_lines(chance: Random, image: Image.Image, photos: Sequence[Pixels], down: float, ground: Color) -> float:
    del photos
    pen, size, middle = (
        ImageDraw.Draw(image),
        max(9, round(image.width * chance.uniform(0.024, 0.04))),
        chance.random() < 0.5,
    )
    for _ in range(chance.randint(2, 5)):
        text = chance.choice([one for one in SENTENCES if japanese(chance) or one.isascii()])[: chance.randint(14, 46)]
        at, anchor = ((image.width / 2, down), "ma") if middle else ((image.width * 0.08, down), "la")
        pen.text(at, text, fill=shaded(ink_on(ground), 0.9), font=font(chance, size, text), anchor=anchor)
        down += size * 1.6
    return down


def _some_things(chance: Random, image: Image.Image, photos: Sequence[Pixels], down: float, ground: Color) -> float:
    """Two to four photos beside each other, with prices, ranks or names."""
    pen, count = ImageDraw.Draw(image), chance.randint(2, 4)
    wide = image.width / count
    tall, priced, ranked = wide * chance.uniform(0.9, 1.4), chance.random() < 0.7, chance.random() < 0.3
    for number in range(count):
        x = number * wide
        image.paste(
            fitted(chance.choice(photos), round(wide * 0.92), round(tall)), (round(x + wide * 0.04), round(down))
        )
        if ranked:
            pen.rectangle([x + wide * 0.04, down, x + wide * 0.22, down + wide * 0.18], fill=(30, 30, 30))
            pen.text(
                (x + wide * 0.13, down + wide * 0.09),
                str(number + 1),
                fill=(255, 255, 255),
                font=font(chance, round(wide * 0.13), "1"),
                anchor="mm",
            )
        if priced:
            text = chance.choice(
                [f"¥{chance.randint(9, 99) * 100 + 90:,}", f"${chance.randint(9, 190)}", "SOLD OUT", "NEW"]
            )
            pen.text(
                (x + wide * 0.06, down + tall + 3),
                text,
                fill=ink_on(ground),
                font=font(chance, max(9, round(wide * 0.11)), text),
            )
    return down + tall + wide * (0.2 if priced else 0.04)


def _a_button(chance: Random, image: Image.Image, photos: Sequence[Pixels], down: float, ground: Color) -> float:
    del photos, ground
    pen, tone, tall = ImageDraw.Draw(image), color(chance), image.width * 0.1
    left, text = image.width * chance.uniform(0.1, 0.32), a_line(chance)[:14]
    pen.rounded_rectangle([left, down, image.width - left, down + tall], chance.choice([0, tall / 2]), fill=tone)
    pen.text(
        (image.width / 2, down + tall / 2),
        text,
        fill=ink_on(tone),
        font=font(chance, round(tall * 0.4), text),
        anchor="mm",
    )
    return down + tall
