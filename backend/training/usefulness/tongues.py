"""What size charts say, in the languages of shops."""

from random import Random
from typing import Literal

from backend.training.usefulness.canvas import japanese

Tongue = Literal["en", "ja", "zh", "ko", "de", "fr", "es", "it"]

HEADS: dict[Tongue, tuple[str, ...]] = {
    "en": ("SIZE", "Size chart", "SIZE GUIDE", "Find your size", "Product measurements", "International sizes", "Fit"),
    "ja": ("サイズ", "サイズ表", "サイズについて", "実寸サイズ", "海外サイズ対応表", "ヌード寸法", "詳細寸法（cm）"),
    "zh": ("尺码", "尺码表", "尺寸对照表", "产品尺寸信息", "温馨提示 尺码推荐"),
    "ko": ("사이즈", "사이즈 안내", "실측 사이즈", "상세 사이즈 (cm)"),
    "de": ("Größe", "Größentabelle", "Maße in cm", "Passform"),
    "fr": ("Taille", "Guide des tailles", "Mesures (cm)", "Correspondances"),
    "es": ("Talla", "Guía de tallas", "Medidas en cm", "Equivalencias"),
    "it": ("Taglia", "Guida alle taglie", "Misure in cm"),
}
MEASURES: dict[Tongue, tuple[str, ...]] = {
    "en": ("Chest", "Waist", "Hips", "Length", "Sleeve", "Shoulder", "Inside leg", "Neck", "Height", "Foot length"),
    "ja": ("着丈", "身幅", "肩幅", "袖丈", "裄丈", "ウエスト", "ヒップ", "股上", "股下", "裾周り", "身長", "足囲"),
    "zh": ("衣长", "胸围", "肩宽", "袖长", "腰围", "臀围", "裤长", "身高", "体重", "脚长"),
    "ko": ("총장", "어깨", "가슴", "소매", "허리", "밑위", "허벅지", "밑단", "발길이"),
    "de": ("Brust", "Taille", "Hüfte", "Länge", "Ärmel", "Schulter", "Schrittlänge", "Fußlänge"),
    "fr": ("Poitrine", "Taille", "Hanches", "Longueur", "Manche", "Épaule", "Entrejambe"),
    "es": ("Pecho", "Cintura", "Cadera", "Largo", "Manga", "Hombro", "Entrepierna"),
    "it": ("Petto", "Vita", "Fianchi", "Lunghezza", "Manica", "Spalla", "Cavallo"),
}
NOTES: dict[Tongue, tuple[str, ...]] = {
    "en": ("Measured flat by hand; allow 1-3 cm.", "If between sizes, choose the larger one."),
    "ja": ("※サイズは平置き実寸です。", "※商品により1〜2cmの誤差があります。"),
    "zh": ("手工测量，误差1-3cm属正常范围", "仅供参考"),
    "ko": ("측정 방법에 따라 1~3cm 오차가 있습니다.", "단면 기준"),
    "de": ("Alle Angaben in Zentimetern.", "Im Zweifel die größere Größe wählen."),
    "fr": ("Toutes les mesures sont en centimètres.", "Le mannequin mesure 1m76."),
    "es": ("Todas las medidas están en centímetros.", "La modelo mide 175 cm."),
    "it": ("Misure espresse in centimetri.", "La modella indossa la taglia S."),
}
SIZES = (
    ("XXS", "XS", "S", "M", "L", "XL", "2XL", "3XL"), ("32", "34", "36", "38", "40", "42"), ("S", "M", "L"),
    ("155/80A", "160/84A", "165/88A", "170/92A"), ("44", "55", "66", "77"), ("F", "Free"), ("SS", "S", "M", "L", "LL"),
    ("35", "36", "37", "38", "39", "40", "41", "42"), ("70A", "70B", "75A", "75B", "80C"), ("28", "29", "30", "31"),
    ("0-3M", "3-6M", "6-12M", "1-2Y", "3-4Y"), ("W30 L32", "W32 L32", "W34 L34"), ("23.0", "23.5", "24.0", "24.5"),
    ("01", "02", "03"), ("5号", "7号", "9号", "11号", "13号", "15号"),
)  # fmt: skip


def tongue(chance: Random) -> Tongue:
    """Which language a chart is in: English and Japanese most often; no Asian ones where there is no font for them."""
    if japanese(chance):
        return chance.choice(("ja", "ja", "ja", "zh", "ko"))
    return chance.choice(("en", "en", "en", "de", "fr", "es", "it"))
