"""Banners and all that is neither garment nor cloth, to learn from: words over photos, logos, labels, maps, parcels."""

import math
from collections.abc import Callable
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw

from backend.training.usefulness_canvas import Color, color, font, ink_on, japanese, numbers, page, shaded
from backend.training.usefulness_grounds import SIGNS, draw_pattern, draw_plate
from backend.vision.images import Pixels

_SHOUTS_EN = (
    "SALE", "50% OFF", "FREE SHIPPING", "NEW ARRIVALS", "Spring Collection", "Buy 2 get 1", "LAST CHANCE",
    "Members only", "Black Friday", "UP TO 70%", "Winter 2026", "Shop now", "COUPON", "Thank you!",
)  # fmt: skip
_SHOUTS_JA = (
    "送料無料", "期間限定", "半額", "新作入荷", "クーポン配布中", "最大70%OFF", "予約受付中", "まとめ買い割引",
    "タイムセール", "本日限り", "ポイント10倍", "再入荷", "福袋", "お買い物マラソン",
)  # fmt: skip
_SMALL = (
    "www.shop.example", "See more", "詳しくはこちら", "Terms apply", "5/1 - 5/8", "会員様限定", "in stores and online",
)  # fmt: skip
_CARE = (
    "100% COTTON", "WASH 30", "DO NOT BLEACH", "MADE IN JAPAN", "綿 100%", "ポリエステル 65%", "洗濯機使用可",
    "SIZE M", "日本製", "LINE DRY", "RN 12345", "手洗い", "Iron low",
)  # fmt: skip
_BLANK = ("No image", "NO PHOTO", "Now printing", "準備中", "Coming soon", "画像なし", "image not available", "")


def _words(chance: Random, english: tuple[str, ...], ja: tuple[str, ...]) -> str:
    return chance.choice(ja if japanese(chance) else english)


def _ascii_without_font(chance: Random, words: tuple[str, ...]) -> str:
    return chance.choice(words if japanese(chance) else tuple(word for word in words if word.isascii()))


def draw_banner(chance: Random, photos: list[Pixels]) -> Pixels:
    """An advertisement: big words on a colour, a slope, or one or more of `photos` (h, w, 3)."""
    width = chance.randint(320, 640)
    height = round(width * chance.choice([0.25, 0.35, 0.5, 0.6, 0.75, 1.0, 1.0, 1.3]))
    kind = chance.random()
    if kind < 0.4:
        image = _slope(chance, width, height)
        if chance.random() < 0.6:
            draw_pattern(chance, image)
    elif kind < 0.6:
        image = _collage(chance, photos, width, height)
    elif kind < 0.75:
        image = _half(chance, photos, width, height)
    else:
        image = _veiled(chance, photos, width, height)
    if chance.random() < 0.5:
        draw_plate(chance, image)
    if chance.random() < 0.3:
        _burst(chance, image)
    _shout(chance, image)
    return np.asarray(image)


def _slope(chance: Random, width: int, height: int) -> Image.Image:
    first, second = np.array(color(chance)), np.array(color(chance))
    if chance.random() < 0.4:
        second = first
    turn = chance.uniform(0, 2 * math.pi)
    down, across = np.mgrid[0:height, 0:width]
    share = (across / width * math.cos(turn) + down / height * math.sin(turn) + 1.5) / 3
    return Image.fromarray((first + (second - first) * share[..., None]).clip(0, 255).astype(np.uint8))


def _fitted(pixels: Pixels, width: int, height: int) -> Image.Image:
    """The photo scaled to cover the place."""
    scale = max(width / pixels.shape[1], height / pixels.shape[0])
    large = Image.fromarray(pixels).resize(
        (max(width, round(pixels.shape[1] * scale)), max(height, round(pixels.shape[0] * scale)))
    )
    left, top = (large.width - width) // 2, (large.height - height) // 4
    return large.crop((left, top, left + width, top + height))


def _collage(chance: Random, photos: list[Pixels], width: int, height: int) -> Image.Image:
    """Several photos with a headline's room above, below or nowhere."""
    columns, rows = chance.choice([(2, 1), (3, 1), (3, 2), (4, 1), (2, 2), (4, 2)])
    image = Image.new("RGB", (width, height), chance.choice([color(chance), (255, 255, 255), (248, 244, 238)]))
    room = chance.choice([0.0, 0.25, 0.35])
    top = chance.choice([0, int(height * room)])
    gap = chance.choice([0, 4, 12, 24])
    wide, tall = width // columns, int(height * (1 - room)) // rows
    for number in range(columns * rows):
        if chance.random() < 0.9:
            part = _fitted(chance.choice(photos), max(8, wide - gap), max(8, tall - gap))
            image.paste(part, (number % columns * wide + gap // 2, top + number // columns * tall + gap // 2))
    return image


def _half(chance: Random, photos: list[Pixels], width: int, height: int) -> Image.Image:
    """A colour with a photo at one side."""
    image = _slope(chance, width, height)
    wide = int(width * chance.uniform(0.25, 0.5))
    image.paste(_fitted(chance.choice(photos), wide, height), (chance.choice([0, width - wide]), 0))
    return image


def _veiled(chance: Random, photos: list[Pixels], width: int, height: int) -> Image.Image:
    """A photo, blurred or shaded so that words can be read on it."""
    image = _fitted(chance.choice(photos), width, height)
    blurred = cv2.GaussianBlur(np.asarray(image), (0, 0), chance.choice([0.1, 2, 8]))
    veil = np.array(chance.choice([(0, 0, 0), (255, 255, 255), color(chance)]))
    share = chance.choice([0.0, 0.0, chance.uniform(0.1, 0.7)])  # words alone make an advertisement of a photo
    return Image.fromarray((blurred * (1 - share) + veil * share).astype(np.uint8))


def _burst(chance: Random, image: Image.Image) -> None:
    x, y = image.width * chance.uniform(0.1, 0.9), image.height * chance.uniform(0.1, 0.9)
    radius, points = min(image.size) * chance.uniform(0.1, 0.3), chance.choice([8, 12, 20, 60])
    star = [
        (x + math.cos(n * math.pi / points) * radius * (1 - 0.2 * (n % 2)),
         y + math.sin(n * math.pi / points) * radius * (1 - 0.2 * (n % 2)))
        for n in range(2 * points)
    ]  # fmt: skip
    ImageDraw.Draw(image).polygon(star, fill=color(chance))


def _shout(chance: Random, image: Image.Image) -> None:
    """One or two large lines and some small ones, in a colour that can be read, often on a plate."""
    pen = ImageDraw.Draw(image)
    left, down = image.width * chance.uniform(0.02, 0.4), image.height * chance.uniform(0.05, 0.4)
    for number in range(chance.randint(1, 5)):
        large = number < 2
        size = max(12, int(min(image.size) * (chance.uniform(0.12, 0.3) if large else chance.uniform(0.04, 0.08))))
        text = _words(chance, _SHOUTS_EN, _SHOUTS_JA) if large else _ascii_without_font(chance, _SMALL)
        letters = font(chance, size)
        around = pen.textbbox((left, down), text, font=letters)
        plate = chance.random() < 0.3
        ground = color(chance)
        if plate:
            pen.rectangle([around[0] - 8, around[1] - 6, around[2] + 8, around[3] + 6], fill=ground)
        ink = ink_on(ground) if plate else chance.choice([(255, 255, 255), (20, 20, 20), color(chance)])
        border = (0, 0, 0) if sum(ink) > 380 else (255, 255, 255)
        pen.text((left, down), text, fill=ink, font=letters, stroke_width=chance.choice([0, 0, 2]), stroke_fill=border)
        down = around[3] + size * 0.3
        if down > image.height * 0.95:
            return


def draw_other(chance: Random) -> Pixels:
    """A blank place holder, a logo, a care label, a map, a parcel, or a page of words (h, w, 3)."""
    kinds: tuple[Callable[[Random], Image.Image], ...] = (_blank, _logo, _care_label, _map, _parcel, _text_page, _icons,
        _sign, _sign, _sign)  # fmt: skip
    return np.asarray(chance.choice(kinds)(chance))


def _sign(chance: Random) -> Image.Image:
    """A code, a graph, a bust, a tag, a pattern: one or two of them, mostly with a word."""
    image, ground = page(chance)
    for _ in range(chance.choice([1, 1, 2])):
        chance.choice(SIGNS)(chance, image)
    if chance.random() < 0.6:
        size = max(12, int(min(image.size) * chance.uniform(0.03, 0.07)))
        at = image.width * chance.uniform(0.1, 0.5), image.height * chance.uniform(0.02, 0.93)
        ImageDraw.Draw(image).text(at, _ascii_without_font(chance, (*_SMALL, *_BLANK)), fill=ink_on(ground),
                                   font=font(chance, size))  # fmt: skip
    return image


def _blank(chance: Random) -> Image.Image:
    image, ground = page(chance)
    tone = shaded(ground, 0.75) if ground[0] > 100 else (120, 120, 120)
    pen, (x, y) = ImageDraw.Draw(image), (image.width / 2, image.height / 2)
    size = min(image.size) * chance.uniform(0.1, 0.3)
    if chance.random() < 0.6:  # a camera or a hill in a frame
        pen.rectangle([x - size, y - size * 0.7, x + size, y + size * 0.7], outline=tone, width=6)
        pen.ellipse([x - size * 0.4, y - size * 0.4, x + size * 0.4, y + size * 0.4], outline=tone, width=6)
    text = _ascii_without_font(chance, _BLANK)
    pen.text((x - size, y + size), text, fill=tone, font=font(chance, max(12, int(size * 0.35))))
    return image


def _logo(chance: Random) -> Image.Image:
    image, ground = page(chance)
    pen, tone = ImageDraw.Draw(image), chance.choice([ink_on(ground), color(chance)])
    x, y, size = image.width / 2, image.height * chance.uniform(0.3, 0.5), min(image.size) * chance.uniform(0.1, 0.3)
    shape = chance.random()
    if shape < 0.3:
        pen.ellipse([x - size, y - size, x + size, y + size], outline=tone, width=chance.randint(3, 16))
    elif shape < 0.6:
        corners = [(x + size * math.sin(n * math.tau / 6), y - size * math.cos(n * math.tau / 6)) for n in range(6)]
        pen.polygon(chance.sample(corners, chance.randint(3, 6)), fill=tone)
    name = "".join(chance.choice("ABDEGIKLMNORSTUYZ") for _ in range(chance.randint(3, 9)))
    letters = font(chance, int(size * chance.uniform(0.5, 1.0)))
    wide = pen.textlength(name, font=letters)
    pen.text((x - wide / 2, y + size * 1.1), name, fill=tone, font=letters)
    return image


def _care_label(chance: Random) -> Image.Image:
    """A white or black ribbon with washing signs, on cloth of one colour."""
    width, height = chance.randint(280, 500), chance.randint(280, 560)
    image = Image.fromarray(_noisy(chance, width, height))
    pen, plate = ImageDraw.Draw(image), chance.choice([(250, 250, 246), (20, 20, 20), (240, 230, 210)])
    left, top = width * chance.uniform(0.08, 0.3), height * chance.uniform(0.03, 0.2)
    pen.rectangle([left, top, width - left, height - top], fill=plate)
    size, ink = max(10, int((width - 2 * left) * chance.uniform(0.06, 0.12))), ink_on(plate)
    down = top + size
    for _ in range(chance.randint(3, 9)):
        pen.text((left + size, down), _ascii_without_font(chance, _CARE), fill=ink, font=font(chance, size))
        down += size * 1.5
    for number in range(chance.randint(0, 5)):
        x = left + size * (1 + 2 * number)
        box = [x, down, x + size * 1.4, down + size * 1.2]
        (pen.rectangle if chance.random() < 0.5 else pen.ellipse)(box, outline=ink, width=2)
        pen.line([box[0], box[1], box[2], box[3]], fill=ink, width=2)
    return image.rotate(chance.gauss(0, 4), fillcolor=image.getpixel((2, 2)))


def _map(chance: Random) -> Image.Image:
    image = Image.new("RGB", (chance.randint(300, 640), chance.randint(300, 640)), (240, 236, 226))
    pen, (width, height) = ImageDraw.Draw(image), image.size
    for _ in range(chance.randint(2, 6)):
        x, y = chance.uniform(0, width), chance.uniform(0, height)
        fill = chance.choice([(200, 225, 190), (170, 205, 230), (226, 220, 210)])
        pen.rectangle([x, y, x + width * chance.uniform(0.1, 0.4), y + height * chance.uniform(0.1, 0.4)], fill=fill)
    for _ in range(chance.randint(5, 20)):
        ends = [(chance.uniform(-50, width + 50), chance.uniform(-50, height + 50)) for _ in range(2)]
        pen.line(ends, fill=chance.choice([(255, 255, 255), (250, 220, 140)]), width=chance.choice([4, 8, 16]))
    for _ in range(chance.randint(3, 9)):
        at = (chance.uniform(0, width * 0.8), chance.uniform(0, height))
        pen.text(at, _words(chance, ("Main St", "Station", "Park", "Shop"), ("駅前通り", "公園", "当店", "銀座")),
                 fill=(90, 90, 90), font=font(chance, 16))  # fmt: skip
    return image


def _parcel(chance: Random) -> Image.Image:
    """A box, a bag or an envelope on a ground."""
    image, _ = page(chance)
    pen, (width, height) = ImageDraw.Draw(image), image.size
    tone = chance.choice([(196, 152, 100), (230, 220, 200), (40, 40, 40), color(chance)])
    left, top = width * chance.uniform(0.15, 0.3), height * chance.uniform(0.25, 0.4)
    right, bottom, slant = width - left, height * 0.85, width * chance.uniform(0, 0.12)
    pen.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], fill=tone)
    pen.polygon([(left, top), (left + slant, top - slant), (right + slant, top - slant), (right, top)],
                fill=shaded(tone, 1.15))  # fmt: skip
    pen.polygon([(right, top), (right + slant, top - slant), (right + slant, bottom - slant), (right, bottom)],
                fill=shaded(tone, 0.8))  # fmt: skip
    band = shaded(tone, chance.choice([0.6, 1.3]))
    middle = (left + right) / 2
    pen.rectangle([middle - width * 0.03, top, middle + width * 0.03, bottom], fill=band)
    return image


def _text_page(chance: Random) -> Image.Image:
    """Lines of words: how to order, about us."""
    image, ground = page(chance)
    pen, size, down = ImageDraw.Draw(image), chance.randint(12, 26), 20.0
    while down < image.height - 30:
        line = " ".join(
            _words(chance, (*_SHOUTS_EN, *_CARE[:4]), (*_SHOUTS_JA, "についてのお知らせ")) for _ in range(6)
        )
        pen.text((24, down), line[: chance.randint(5, 60)], fill=ink_on(ground), font=font(chance, size))
        down += size * chance.choice([1.5, 1.5, 3])
    return image


def _icons(chance: Random) -> Image.Image:
    """Properties of a product as signs in a row, each with a word or a number."""
    image, ground = page(chance)
    pen, columns, rows = ImageDraw.Draw(image), chance.randint(2, 4), chance.randint(1, 3)
    wide, tall = image.width / columns, image.height / rows
    tone = color(chance)
    for number in range(columns * rows):
        x, y = (number % columns + 0.5) * wide, (number // columns + 0.4) * tall
        radius = min(wide, tall) * 0.25
        pen.ellipse([x - radius, y - radius, x + radius, y + radius], outline=tone, width=5)
        pen.line([x - radius / 2, y, x, y + radius / 2, x + radius / 2, y - radius / 2], fill=tone, width=6)
        pen.text((x - radius, y + radius * 1.2), f"{_ascii_without_font(chance, _CARE)} {numbers(chance)}",
                 fill=ink_on(ground), font=font(chance, max(10, int(radius * 0.4))))  # fmt: skip
    return image


def _noisy(chance: Random, width: int, height: int) -> Pixels:
    base: Color = color(chance)
    noise = np.random.default_rng(chance.randrange(2**32)).normal(0, 6, (height, width, 1))
    return np.asarray(np.clip(np.array(base) + noise, 0, 255), np.uint8)
