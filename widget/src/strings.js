/**
 * Every word a shopper reads, and nothing else. `page` goes into the loader, the rest into the dialog.
 * A language that is not here falls back to English.
 */
const LANGUAGES = ["ja", "en"];

/**
 * @param {string} wanted the tag's data-lang, "" to follow the page
 * @returns {"ja" | "en"}
 */
export function pickLanguage(wanted) {
  const asked = [wanted, document.documentElement.lang, ...navigator.languages];
  // The first that says anything decides: a Korean page gets English, not the browser's Japanese.
  const first = (asked.find((tag) => tag) ?? "en").toLowerCase().split(/[-_]/)[0] ?? "en";
  return LANGUAGES.includes(first) ? /** @type {"ja" | "en"} */ (first) : "en";
}

/** @param {string} lang @returns {typeof page.en} */
export const pageWords = (lang) => (lang === "ja" ? page.ja : page.en);

/** @param {string} lang @returns {typeof dialog.en} */
export const dialogWords = (lang) => (lang === "ja" ? dialog.ja : dialog.en);

const page = {
  en: {
    similar: "Similar items",
    camera: "Search by photo",
    soldOut: "Sold out",
    back: "Scroll back",
    on: "Scroll on",
    resting: "Photo search is taking a short rest. Please try again in a moment.",
  },
  ja: {
    similar: "似ているアイテム",
    camera: "写真で探す",
    soldOut: "在庫切れ",
    back: "前へスクロール",
    on: "次へスクロール",
    resting: "ただいま写真検索を利用できません。少し時間をおいてお試しください。",
  },
};

const dialog = {
  en: {
    name: "Search by photo",
    back: "Back",
    close: "Close",
    startTitle: "Seen something you love?",
    startText: "Show us a photo, and we will look through this shop for the closest pieces.",
    choose: "Choose a photo",
    take: "Take a photo",
    drop: "You can also drop a photo here, or paste one.",
    dropNow: "Drop it anywhere",
    privacy: "Your photo is not stored.",
    yourPhoto: "Your photo",
    another: "Another photo",
    working: "Looking at your photo…",
    workingLong: "Still looking. Almost there…",
    pieces: "In your photo",
    /** @param {number} count */
    found: (count) => (count === 1 ? "1 piece found in your photo." : `${count} pieces found in your photo.`),
    /** @param {string} name @param {number} count */
    shown: (name, count) => `${name}: ${count === 1 ? "1 match" : `${count} matches`}.`,
    tiers: {
      same: ["The same piece", "As far as the pictures can tell."],
      close: ["Very close", "Near in shape, colour and detail."],
      style: ["In the same style", "Different pieces with a similar feel."],
    },
    onlyStyle: "Nothing very close in this shop. These share its style.",
    nothingTitle: "Nothing close here",
    nothingText: "This shop has no piece like this one right now.",
    nothingOthers: "Choose another piece from your photo, or try another photo.",
    nothingOne: "Another photo, or a closer one, may find more.",
    emptyTitle: "No clothes found in this photo",
    emptyText: "A brighter photo in which the whole piece can be seen works best.",
    more: "More like this",
    /** @param {string} title */
    moreOf: (title) => `More like ${title}`,
    moreTitle: "More like this",
    likeWorking: "Looking for pieces like this…",
    soldOut: "Sold out",
    retry: "Try again",
    failures: {
      slow: "This is taking longer than it should. Please try again in a moment.",
      offline: "You seem to be offline. Please check your connection and try again.",
      busy: "Many people are searching right now. Please try again in a moment.",
      picture: "This picture could not be read. Please try a JPEG or PNG photo.",
      refused: "Photo search is not available on this page.",
      down: "Photo search is taking a short rest. Please try again in a moment.",
    },
  },
  ja: {
    name: "写真で探す",
    back: "戻る",
    close: "閉じる",
    startTitle: "気になる服を、写真から。",
    startText: "写真を選ぶだけで、このショップの中からいちばん近いアイテムをお探しします。",
    choose: "写真を選ぶ",
    take: "写真を撮る",
    drop: "ここへドラッグ、または貼り付けもできます。",
    dropNow: "ここで離してください",
    privacy: "写真は保存されません。",
    yourPhoto: "選んだ写真",
    another: "別の写真で探す",
    working: "写真を見ています…",
    workingLong: "もう少しお待ちください…",
    pieces: "写真の中のアイテム",
    /** @param {number} count */
    found: (count) => `写真の中に${count}点見つかりました。`,
    /** @param {string} name @param {number} count */
    shown: (name, count) => `${name}：${count}件`,
    tiers: {
      same: ["同じアイテム", "写真から判断できる範囲での一致です。"],
      close: ["とても近いアイテム", "形・色・細部がよく似ています。"],
      style: ["似た雰囲気のアイテム", "別のアイテムですが、テイストが近いものです。"],
    },
    onlyStyle: "とても近いものは見つかりませんでした。雰囲気の近いアイテムをご覧ください。",
    nothingTitle: "近いアイテムがありません",
    nothingText: "今のところ、このショップに似たアイテムはないようです。",
    nothingOthers: "写真の中のほかのアイテムを選ぶか、別の写真をお試しください。",
    nothingOne: "別の写真や、もっと近くで撮った写真なら見つかるかもしれません。",
    emptyTitle: "服が見つかりませんでした",
    emptyText: "アイテム全体が写った、明るい写真がおすすめです。",
    more: "似たものを見る",
    /** @param {string} title */
    moreOf: (title) => `「${title}」に似たものを見る`,
    moreTitle: "このアイテムに似たもの",
    likeWorking: "似たアイテムを探しています…",
    soldOut: "在庫切れ",
    retry: "もう一度試す",
    failures: {
      slow: "時間がかかりすぎています。少し時間をおいてもう一度お試しください。",
      offline: "インターネットに接続されていないようです。接続を確認してもう一度お試しください。",
      busy: "ただいま混み合っています。少し時間をおいてもう一度お試しください。",
      picture: "この画像を読み込めませんでした。JPEGまたはPNGの写真をお試しください。",
      refused: "このページでは写真検索を利用できません。",
      down: "ただいま写真検索を利用できません。少し時間をおいてもう一度お試しください。",
    },
  },
};

/** @type {Record<string, [en: string, ja: string]>} */
const CATEGORIES = {
  top: ["Top", "トップス"],
  outer: ["Outerwear", "アウター"],
  dress: ["Dress", "ワンピース"],
  skirt: ["Skirt", "スカート"],
  pants: ["Trousers", "パンツ"],
  shorts: ["Shorts", "ショートパンツ"],
  shoes: ["Shoes", "シューズ"],
  bag: ["Bag", "バッグ"],
  hat: ["Hat", "帽子"],
  eyewear: ["Eyewear", "アイウェア"],
  belt: ["Belt", "ベルト"],
  scarf: ["Scarf", "スカーフ・ストール"],
  legwear: ["Legwear", "レッグウェア"],
  "t-shirt": ["T-shirt", "Tシャツ"],
  shirt: ["Shirt", "シャツ"],
  blouse: ["Blouse", "ブラウス"],
  sweater: ["Sweater", "ニット"],
  jumper: ["Jumper", "ニット"],
  sweatshirt: ["Sweatshirt", "スウェット"],
  hoodie: ["Hoodie", "パーカー"],
  cardigan: ["Cardigan", "カーディガン"],
  polo: ["Polo shirt", "ポロシャツ"],
  vest: ["Vest", "ベスト"],
  jacket: ["Jacket", "ジャケット"],
  blazer: ["Blazer", "テーラードジャケット"],
  coat: ["Coat", "コート"],
  cape: ["Cape", "ケープ"],
  suit: ["Suit", "スーツ"],
  romper: ["Jumpsuit", "オールインワン"],
  jeans: ["Jeans", "ジーンズ"],
  leggings: ["Leggings", "レギンス"],
  boots: ["Boots", "ブーツ"],
  sneakers: ["Sneakers", "スニーカー"],
  sandals: ["Sandals", "サンダル"],
  heels: ["Heels", "ヒール"],
  pumps: ["Pumps", "パンプス"],
  flats: ["Flats", "フラットシューズ"],
  loafers: ["Loafers", "ローファー"],
  purse: ["Purse", "ハンドバッグ"],
  wallet: ["Wallet", "財布"],
  glasses: ["Glasses", "メガネ"],
  sunglasses: ["Sunglasses", "サングラス"],
  socks: ["Socks", "ソックス"],
  stockings: ["Stockings", "ストッキング"],
  tights: ["Tights", "タイツ"],
};

/**
 * @param {string} category as the API names it
 * @param {string} lang
 */
export function categoryName(category, lang) {
  const names = CATEGORIES[category.toLowerCase()];
  if (names) return lang === "ja" ? names[1] : names[0];
  return category ? category[0]?.toUpperCase() + category.slice(1) : lang === "ja" ? "アイテム" : "Piece";
}
