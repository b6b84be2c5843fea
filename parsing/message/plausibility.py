"""How much a text looks like one that people write, by its characters alone: a figure to compare readings of the same bytes.

Made for short texts, where statistics of whole languages fail: each character beyond ASCII is good or bad news by
itself and by its neighbour.
"""

from __future__ import annotations

_SAMPLE = 1_000  #: characters beyond ASCII that are looked at: after that many nothing changes any more

_HAN = frozenset(
    # the commonest of simplified and traditional Chinese and of Japanese, and the words of a desk's letters
    "的一是不了在人有我他这個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着著下自之年过過发發后後作里裡用道行所然家种種事成方多经經"
    "么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣理心她本前开開但因只从從想实實日军軍者意无無力它与與长長把机機十民第公此已工使情明性知全三又"
    "关關点點正业業外将將两兩高间間由问問很最重并並物手应應战戰向头頭文体體政美相见見被利什二等产產或新己制身果加西月话話合回特代内內信表化老给給世位次度门門任常先"
    "海通教儿兒原东東声聲提立及比员員解水名真论論处處走义義各入几幾口认認条條平系气氣题題活更别別打女变變四神总總何电電数數安少报報才结結反受目太量再感建务務做接必场場"
    "件计計管期市直资資命山金指许許统統区區保至队隊形社便空决治展马馬科司五基眼书書非则則听聽白却卻界达達光放强強即像难難且权權思王象完设設式色路记記南品住告类類求据據"
    "程北边邊死张張该該交规規万萬取望觉覺术術领領共确確传傳师師观觀清今切院让讓识識候带帶导導争爭运運密码碼账帐帳号號登录錄充值提款转轉付银銀订訂单單客服请請谢謝您"
    "吗嗎呢吧啊帮幫忘改购購买買卖賣货貨价價钱錢卡退查询詢验驗证證链鏈接收邮郵箱手机截图圖附"
    "私円送絡様御株込払座振更返願録認続後達銀予約支商品配届注文料担当致申頂承知宜御礼失迷惑困済画添付験証券番号会員退変"
)
_HANGUL = frozenset(
    "이다는을에가의고하도를은지한어로기사자서나리인시대해수라정과보부있아그일제것만들여주전상니요면구장비원우무조국동소게았습안세계연했합입금송번호문의감드립밀확신청없않됩되"
    "으때했까습네세요저오용스회재예약결잔액출영업데터트체통화본내모두님께녕하세말방법된될할같알생각성공실패진중급방"
)
_KANA, _PUNCTUATION = range(0x3041, 0x3100), range(0x3000, 0x3020)
_WIDE, _NARROW_KANA = range(0xFF01, 0xFF61), range(0xFF61, 0xFFA0)
_IDEOGRAPHS, _SYLLABLES = range(0x4E00, 0xA000), range(0xAC00, 0xD7A4)
_THAI, _THAI_CONSONANTS = range(0x0E01, 0x0E5C), range(0x0E01, 0x0E2F)
_THAI_COMMON = frozenset(map(ord, "กขคงจชซดตถทนบปผพฟมยรลวศสหอะาำเแโใไ"))
_THAI_UNUSED = frozenset(map(ord, "ฃฅฦฯ๏๚๛"))
_THAI_MARKS = frozenset([0x0E31, *range(0x0E34, 0x0E3B), *range(0x0E47, 0x0E4F)])
_SELDOM = frozenset(
    "þýðÞÝÐ"
)  #: Icelandic's; in their places stand Turkish letters that are met a thousand times as often
_TYPOGRAPHY = frozenset("‘’“”„–—…•·€£¥©®™°§«»¡¿№\u00a0")


def plausibility(text: str, *, japanese: bool = False) -> float:
    """How good the characters beyond ASCII are: about 1 for good text, below 0 for nonsense, 1 where there are none.

    Japanese says that the text was read by a Japanese encoding: the others hold kana too, at the same places as EUC-JP,
    but nobody writes by them.
    """
    total = weight = seen = 0.0
    before = " "
    for character in text:
        if character >= "\x80":
            width, news = _news(character, before)
            if width == 2 and not japanese and ord(character) in _KANA:  # noqa: PLR2004 - bytes
                news = 0.4
            weight += width
            total += width * news
            seen += 1
            if seen == _SAMPLE:
                break
        before = character
    return total / weight if weight else 1.0


def _news(character: str, before: str) -> tuple[int, float]:
    """The bytes that a character takes in an old encoding, and how good it is that it stands here."""
    point = ord(character)
    if point >= 0x1100:  # noqa: PLR2004 - what lies below is of alphabets, a byte a letter
        return 2, _of_east_asia(character, point)
    if point in _THAI:
        return 1, _of_thai(point, ord(before))
    if character in _TYPOGRAPHY:
        return 1, 0.5 if not before.isalpha() or before.isascii() else -0.2
    if not character.isalpha():
        return 1, -1.0 if point >= 0xA0 else -3.0  # noqa: PLR2004 - below them stand C1 controls
    return 1, _of_alphabets(character, before)


def _of_east_asia(character: str, point: int) -> float:
    if character in _HAN or character in _HANGUL or point in _KANA:
        return 1.0
    if point in _IDEOGRAPHS or point in _SYLLABLES:
        return 0.2
    if point in _PUNCTUATION or point in _WIDE or character in _TYPOGRAPHY:
        return 0.7
    return -0.5 if point in _NARROW_KANA else -2.0 if 0xE000 <= point < 0xF900 else -0.6  # noqa: PLR2004 - private use


def _of_thai(point: int, before: int) -> float:
    """A vowel sign or tone mark stands on a consonant, or on another mark."""
    if point not in _THAI_MARKS:
        return 0.8 if point in _THAI_COMMON else -2.0 if point in _THAI_UNUSED else 0.2
    return 0.9 if before in _THAI_CONSONANTS or before in _THAI_MARKS else -3.0


def _of_alphabets(character: str, before: str) -> float:
    """Letters stand beside letters of their script, and capitals at the beginning."""
    if character.isupper() and before.islower():
        return -1.0
    latin = character < "\u0250"
    if not latin:
        return 0.8 if not before.isalpha() or before >= "\u0250" else -1.0
    if character in _SELDOM:
        return 0.3
    if before.isascii() or not before.isalpha():
        return 0.8
    return 0.1 if before < "\u0250" else -1.0
