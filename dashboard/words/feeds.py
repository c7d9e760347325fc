"""Where products come from: pages, a feed, or both."""

WORDS = {
    "feeds.title": ("Where products come from", "商品情報の取得元"),
    "feeds.crawl": ("The shop's pages", "ショップのページ"),
    "feeds.words_crawl": ("Niteru reads them as a visitor would.", "お客様と同じようにページを読み取ります。"),
    "feeds.feed": ("A product feed", "商品フィード"),
    "feeds.words_feed": (
        "A file in Google Merchant's form: RSS or Atom XML, CSV or TSV. No page is read.",
        "Google Merchant 形式のファイル（RSS または Atom の XML、CSV、TSV）です。ページは読み取りません。",
    ),
    "feeds.both": ("The pages, with a feed beside them", "ページとフィードの両方"),
    "feeds.words_both": (
        "The feed names products that no link leads to. What the pages say counts.",
        "リンクのない商品をフィードで補います。内容はページの情報を優先します。",
    ),
    "feeds.url": ("Address of the feed", "フィードのアドレス"),
    "feeds.url_words": ("Every crawl fetches it anew.", "クロールのたびに取得します。"),
    "feeds.file": ("Or upload its file", "またはファイルをアップロード"),
    "feeds.file_words": (
        "Up to {mb} MB, packed with gzip too. It takes the place of the address and of an earlier file.",
        "{mb} MB まで。gzip 圧縮も使えます。アドレスや以前のファイルと置き換わります。",
    ),
    "feeds.saved": (
        "Saved. The next crawl reads the shop this way.",
        "保存しました。次回のクロールから、この方法で読み取ります。",
    ),
    "feeds.uploaded": ("A file was uploaded:", "アップロード済みのファイル："),
    "feeds.not_read": ("The next crawl reads it.", "次回のクロールで読み取ります。"),
    "feeds.read": ("Last read:", "前回の読み取り："),
    "feeds.rows.one": ("{n} product", "{n} 点の商品"),
    "feeds.rows.other": ("{n} products", "{n} 点の商品"),
    "feeds.problems.one": ("{n} row gave no product", "商品にできなかった行：{n}"),
    "feeds.problems.other": ("{n} rows gave no product", "商品にできなかった行：{n}"),
    "feeds.row": ("Row {row}", "{row} 行目"),
    "feeds.whole": ("The file", "ファイル全体"),
    "feeds.error.url": (
        "Write the whole address, beginning with https:// or http://.",
        "https:// または http:// で始まるアドレスを入力してください。",
    ),
    "feeds.error.none": (
        "Write the feed's address, or upload its file.",
        "フィードのアドレスを入力するか、ファイルをアップロードしてください。",
    ),
    "feeds.error.file": (
        "This file was not kept: {why}. Export the feed once more, or ask whoever made it.",
        "このファイルは保存していません。理由：{why}。フィードを出力し直すか、作成者にご確認ください。",
    ),
    "feed_problem.title_missing": ("a title is missing", "商品名がありません"),
    "feed_problem.link_missing": ("a link is missing", "リンクがありません"),
    "feed_problem.link_bad": ("the link is no address", "リンクのアドレスが正しくありません"),
    "feed_problem.foreign_link": (
        "the link leads to another site than this shop",
        "リンク先がこのショップではありません",
    ),
    "feed_problem.not_a_feed": ("it is no product feed", "商品フィードの形式ではありません"),
    "feed_problem.dtd": ("it holds a DTD, which is not safe to read", "安全に読み取れない DTD が含まれています"),
    "feed_problem.too_large": ("it is too large", "サイズが大きすぎます"),
    "feed_problem.broken": ("it is broken", "ファイルが壊れています"),
    "feed_problem.cut_short": ("it breaks off before its end", "途中で切れています"),
    "feed_problem.too_many_rows": ("it has too many rows", "行数が多すぎます"),
    "feed_problem.no_products": ("there is no product in it", "商品がありません"),
}
