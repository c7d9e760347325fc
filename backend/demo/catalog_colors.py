"""The colours and cloths of the demo shop, with their names in both languages."""

from dataclasses import dataclass

from backend.demo.drawing_fabric import Cloth, Color


@dataclass(frozen=True, slots=True)
class Shade:
    """A colour the shop sells something in."""

    ja: str
    en: str
    rgb: Color


SHADES: dict[str, Shade] = {
    "white": Shade("ホワイト", "White", (246, 244, 240)),
    "ivory": Shade("アイボリー", "Ivory", (238, 230, 212)),
    "beige": Shade("ベージュ", "Beige", (208, 188, 156)),
    "camel": Shade("キャメル", "Camel", (186, 142, 92)),
    "brown": Shade("ブラウン", "Brown", (104, 72, 52)),
    "black": Shade("ブラック", "Black", (42, 42, 46)),
    "gray": Shade("グレー", "Gray", (150, 152, 156)),
    "charcoal": Shade("チャコール", "Charcoal", (78, 80, 86)),
    "navy": Shade("ネイビー", "Navy", (40, 50, 84)),
    "blue": Shade("ブルー", "Blue", (78, 116, 172)),
    "sky": Shade("サックス", "Light Blue", (164, 194, 222)),
    "indigo": Shade("インディゴ", "Indigo", (66, 86, 122)),
    "green": Shade("グリーン", "Green", (76, 118, 88)),
    "olive": Shade("オリーブ", "Olive", (112, 112, 72)),
    "mint": Shade("ミント", "Mint", (168, 208, 190)),
    "red": Shade("レッド", "Red", (182, 52, 54)),
    "wine": Shade("ワイン", "Burgundy", (118, 46, 58)),
    "pink": Shade("ピンク", "Pink", (226, 168, 176)),
    "lavender": Shade("ラベンダー", "Lavender", (178, 164, 208)),
    "mustard": Shade("マスタード", "Mustard", (208, 164, 62)),
    "orange": Shade("オレンジ", "Orange", (214, 122, 62)),
    "yellow": Shade("イエロー", "Yellow", (240, 212, 104)),
}

# colours a pattern adds to the ground it is printed on: dark grounds take light prints and the other way round
_FLOWERS: dict[bool, tuple[Color, ...]] = {
    True: ((236, 158, 158), (246, 224, 196), (232, 196, 120), (118, 150, 118)),
    False: ((204, 86, 96), (232, 150, 120), (96, 116, 176), (104, 140, 96)),
}
_CHECKS: dict[str, tuple[Color, Color]] = {
    "red": ((40, 48, 80), (240, 232, 210)),
    "green": ((40, 62, 70), (238, 222, 170)),
    "navy": ((86, 108, 150), (240, 238, 232)),
    "beige": ((122, 88, 62), (196, 72, 60)),
    "gray": ((92, 94, 102), (236, 236, 238)),
    "mustard": ((96, 66, 44), (246, 238, 220)),
    "wine": ((48, 44, 56), (226, 196, 150)),
}


def _dark(color: Color) -> bool:
    return sum(color) < 360


def cloth(pattern: str, shade: str, *, size: float = 1.0) -> Cloth:
    """Return the cloth of a pattern in one of the shop's colours."""
    ground = SHADES[shade].rgb
    other: Color = (240, 236, 228) if _dark(ground) else (48, 54, 82)
    if pattern in {"leather", "satin", "nylon"}:
        return Cloth("plain", (ground,), gloss={"leather": 0.35, "satin": 0.3, "nylon": 0.2}[pattern], weave=0.012)
    if pattern == "floral":
        return Cloth("floral", (ground, *_FLOWERS[_dark(ground)]), size)
    if pattern == "leaf":
        return Cloth(
            "leaf",
            (ground, (216, 224, 196), (136, 168, 128)) if _dark(ground) else (ground, (92, 128, 92), (148, 168, 110)),
            size,
        )
    if pattern == "leopard":
        return Cloth("leopard", ((206, 172, 122), (150, 104, 60), (48, 36, 30)), size)
    if pattern == "check":
        return Cloth("check", (ground, *_CHECKS.get(shade, (other, (236, 232, 224)))), size)
    if pattern == "gingham":
        return Cloth("gingham", ((248, 246, 242), ground), size)
    if pattern == "tweed":
        return Cloth("tweed", (ground, tuple_mix(ground, other, 0.45)), size)
    if pattern == "gradient":
        return Cloth("gradient", (ground, tuple_mix(ground, (250, 244, 236), 0.8)), size)
    if pattern in {"stripe", "pinstripe", "dots", "block"}:
        return Cloth(pattern, (ground, other), size)
    return Cloth(pattern, (ground,), size)


def tuple_mix(a: Color, b: Color, share: float) -> Color:
    """Return the colour that lies a share of the way from a to b."""
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue
