"""What advertisements, notices and labels say, in English and Japanese."""

SHOUTS_EN = (
    "SALE", "50% OFF", "FREE SHIPPING", "NEW ARRIVALS", "Spring Collection", "Buy 2 get 1", "LAST CHANCE",
    "Members only", "Black Friday", "UP TO 70%", "Winter 2026", "Shop now", "COUPON", "Thank you!", "-30%",
    "New season, new you", "The Linen Edit", "Made to last", "$20 OFF", "BEST SELLER", "No.1", "Gift ideas",
)  # fmt: skip
SHOUTS_JA = (
    "送料無料", "期間限定", "半額", "新作入荷", "クーポン配布中", "最大70%OFF", "予約受付中", "まとめ買い割引",
    "タイムセール", "本日限り", "ポイント10倍", "再入荷", "福袋", "お買い物マラソン", "500円OFF", "春の新生活応援",
    "母の日ギフト", "ランキング1位", "先行予約", "冬物一掃", "全品2,980円", "会員登録で10%OFF",
)  # fmt: skip
LINES = (
    "www.shop.example", "See more", "詳しくはこちら", "Terms apply", "5/1 - 5/8", "会員様限定", "in stores and online",
    "CODE: SPRING20", "11.01 FRI 20:00", "3,980円以上で", "Shop the look", "Read our story", "アプリ限定",
    "Use by 31 May", "¥4,990 → ¥2,490", "数量限定・なくなり次第終了", "soft, warm, light",
)  # fmt: skip
SENTENCES = (
    "Orders are shipped within two working days.", "Returns are accepted within 30 days.", "About our shop and people",
    "We use organic cotton from small farms.", "ご注文の確認メールをお送りします。", "配送についてのお知らせ",
    "返品・交換は商品到着後7日以内にお願いします。", "画面の色と実物は多少異なる場合があります。",
    "お問い合わせはこちら", "Please wash before first use and dry in the shade.", "年末年始の営業日について",
    "Frequently asked questions",
)  # fmt: skip
CARE = (
    "100% COTTON", "WASH 30", "DO NOT BLEACH", "MADE IN JAPAN", "綿 100%", "ポリエステル 65%", "洗濯機使用可",
    "SIZE M", "日本製", "LINE DRY", "RN 12345", "手洗い", "Iron low",
)  # fmt: skip
BLANK = ("No image", "NO PHOTO", "Now printing", "準備中", "Coming soon", "画像なし", "image not available")
CALLS_EN = (
    "Summer", "HELLO AUTUMN", "denim days", "Just landed", "Weekend", "MEGA DEALS", "Happy holidays", "Cyber Monday",
    "FINAL HOURS", "for her", "for him", "KIDS", "Refer a friend", "Pay later", "Double points", "VIP", "Back in stock",
    "Outlet", "Soldes", "Rebajas", "SSV -40%", "Nouveau", "Open daily", "We are hiring", "Pop-up store", "Giveaway",
)  # fmt: skip
CALLS_JA = (
    "夏のセール", "感謝祭", "新規会員募集", "秋冬コレクション", "人気",
    "限定カラー", "決算", "2点で10%引", "年末年始休業", "レビュー特典",
    "即日発送", "父の日", "おすすめ", "値下げ", "店舗受取", "初売り", "特集", "抽選", "最終", "大感謝",
)  # fmt: skip
