"""The words of the demo shop's pages in both languages."""

from dataclasses import dataclass

from backend.demo.catalog_models import categories


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that lists products: a category, a gender, or what is reduced."""

    slug: str
    ja: str
    en: str

    def title(self, lang: str) -> str:
        return self.ja if lang == "ja" else self.en


LISTS: tuple[Listing, ...] = (
    Listing("women", "レディース", "Women"),
    Listing("men", "メンズ", "Men"),
    *(Listing(category.slug, category.ja, category.en) for category in categories()),
    Listing("sale", "セール", "Sale"),
)

TEXTS: dict[str, dict[str, str]] = {
    "ja": {
        "shop": "こもれびクローゼット",
        "tagline": "毎日の服を、すこしだけ特別に。",
        "lead": "着心地のよい素材と、長く着られるかたち。こもれびクローゼットの秋の新作が揃いました。",
        "shop_now": "新作を見る",
        "fresh": "新着アイテム",
        "sale": "セール",
        "by_category": "カテゴリーから探す",
        "home": "ホーム",
        "search": "検索",
        "search_hint": "キーワードで探す",
        "results": "検索結果",
        "none": "該当する商品がありませんでした。",
        "pieces": "点",
        "tax": "税込",
        "sold_out": "在庫なし",
        "in_stock": "在庫あり",
        "add": "カートに入れる",
        "restock": "再入荷のお知らせ",
        "color": "カラー",
        "size": "サイズ",
        "sku": "商品番号",
        "about_item": "商品について",
        "related": "こちらもおすすめ",
        "previous": "前へ",
        "next": "次へ",
        "cart": "カート",
        "account": "マイページ",
        "about": "このお店について",
        "shipping": "配送・返品",
        "cart_text": "カートに商品がありません。",
        "account_text": "ログインするとご注文履歴をご覧いただけます。",
        "about_text": "こもれびクローゼットは、Niteru のためにコードで描いた見本のお店です。実際の販売はしていません。",
        "shipping_text": "5,000円以上のお買い上げで送料無料。到着後14日以内の返品を承ります。",
        "missing": "ページが見つかりません",
        "missing_text": "お探しのページは移動したか、なくなった可能性があります。",
        "other": "English",
        "free": "5,000円以上で送料無料",
        "menu": "メニュー",
        "pictures": "商品画像",
    },
    "en": {
        "shop": "Komorebi Closet",
        "tagline": "Everyday clothes, a little special.",
        "lead": "Comfortable fabrics and shapes that last. Our autumn collection has arrived.",
        "shop_now": "See what is new",
        "fresh": "New in",
        "sale": "Sale",
        "by_category": "Shop by category",
        "home": "Home",
        "search": "Search",
        "search_hint": "Search the shop",
        "results": "Results for",
        "none": "Nothing matched your search.",
        "pieces": "items",
        "tax": "tax incl.",
        "sold_out": "Sold out",
        "in_stock": "In stock",
        "add": "Add to cart",
        "restock": "Tell me when it is back",
        "color": "Colour",
        "size": "Size",
        "sku": "Item no.",
        "about_item": "About this item",
        "related": "You may also like",
        "previous": "Previous",
        "next": "Next",
        "cart": "Cart",
        "account": "Account",
        "about": "About this shop",
        "shipping": "Shipping and returns",
        "cart_text": "Your cart is empty.",
        "account_text": "Sign in to see your orders.",
        "about_text": "Komorebi Closet is a sample shop drawn by code for Niteru. Nothing here is really for sale.",
        "shipping_text": "Free shipping from ¥5,000. Returns within 14 days.",
        "missing": "Page not found",
        "missing_text": "The page you are looking for has moved or is gone.",
        "other": "日本語",
        "free": "Free shipping from ¥5,000",
        "menu": "Menu",
        "pictures": "Pictures of the item",
    },
}
