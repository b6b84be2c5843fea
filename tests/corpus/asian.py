"""Mails in the charsets of East and South-East Asia, under labels that lie: the words are known, the label is wrong.

Each text is written by its charset and sent as something else, as clients and forms do: as Latin, as ASCII, as UTF-8,
as a neighbour's charset, or without a label; plain or as HTML, encoded or raw, with a subject that lies too.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

_TEXTS = {
    "Japanese": (
        "入金がまだ反映されていません。ご確認をお願いします。",
        "お世話になっております。昨日の午後三時ごろ、銀行から五千円を振り込みましたが、残高が変わりません。取引番号は「TRX-5521」です。よろしくお願いいたします。",
        "ログインできません",
    ),
    "simplified Chinese": (
        "您好，我昨天充值了五百元，但是余额没有变化，请帮我查一下。",
        "我的账号登录不了，密码忘记了，手机也收不到验证码。用户名是 xiaoyan88，请尽快处理，谢谢！",
        "充值没有到账",
    ),
    "traditional Chinese": (
        "您好，我昨天匯款三千元，帳戶餘額還沒有更新，請協助查詢。",
        "我收不到驗證碼，登入的時候一直顯示錯誤。附上手機截圖，麻煩您了，謝謝。",
        "提款還沒收到",
    ),
    "Korean": (
        "안녕하세요. 어제 입금했는데 아직 잔액이 바뀌지 않았습니다. 확인 부탁드립니다.",
        "비밀번호를 잊어버려서 로그인이 안 됩니다. 인증번호도 오지 않습니다. 아이디는 jebi77입니다.",
        "출금이 안 됩니다",
    ),
    "Thai": (
        "สวัสดีค่ะ เมื่อวานฝากเงินแล้วแต่ยอดเงินยังไม่เข้า ช่วยตรวจสอบให้ด้วยค่ะ",
        "ผมลืมรหัสผ่าน เข้าสู่ระบบไม่ได้ รหัสยืนยันก็ไม่มาที่โทรศัพท์ กรุณาช่วยแก้ไขด้วยครับ",
        "ถอนเงินไม่ได้",
    ),
}
#: what the bytes are; what the label says, None where there is none
_LIES = {
    "Japanese": (
        ("cp932", (None, "us-ascii", "iso-8859-1", "utf-8", "iso-2022-jp", "gb2312")),
        ("euc_jp", (None, "us-ascii", "iso-8859-1", "utf-8", "shift_jis")),
        ("iso2022_jp", (None, "us-ascii", "utf-8", "iso-8859-1")),
        ("utf-8", (None, "us-ascii", "iso-8859-1", "shift_jis", "iso-2022-jp")),
    ),
    "simplified Chinese": (
        ("gb18030", (None, "us-ascii", "iso-8859-1", "utf-8", "big5", "windows-1251")),
        ("utf-8", (None, "us-ascii", "iso-8859-1", "gb2312", "gbk")),
    ),
    "traditional Chinese": (
        ("big5", (None, "us-ascii", "iso-8859-1", "utf-8", "gb2312")),
        ("utf-8", (None, "us-ascii", "iso-8859-1", "big5")),
    ),
    "Korean": (
        ("cp949", (None, "us-ascii", "iso-8859-1", "utf-8", "gb2312")),
        ("utf-8", (None, "us-ascii", "iso-8859-1", "euc-kr", "ks_c_5601-1987")),
    ),
    "Thai": (
        ("cp874", (None, "us-ascii", "iso-8859-1", "utf-8")),
        ("utf-8", (None, "us-ascii", "iso-8859-1", "tis-620", "windows-874")),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Mislabelled:
    """A mail, and what stands in it."""

    name: str
    content: bytes
    subject: str
    text: str
    is_honest: bool  #: UTF-8 without a label is what everybody takes it for


def mislabelled() -> Iterator[Mislabelled]:
    """All of them; how the bytes are sent changes from one to the next."""
    number = 0
    for language, texts in _TEXTS.items():
        for codec, labels in _LIES[language]:
            for label in labels:
                number += 1
                yield _mail(language, codec, label, texts[number % len(texts)], number)


def _mail(language: str, codec: str, label: str | None, text: str, number: int) -> Mislabelled:
    said = text.encode(codec)
    kind = ("plain", "html")[number // 3 % 2]
    body = b"<html><body><p>" + said + b"</p></body></html>" if kind == "html" else said
    subject = text[:12].rstrip()
    content_type = f"text/{kind}" + (f"; charset={label}" if label else "")
    encoding, sent = (("8bit", body), ("base64", base64.encodebytes(body)))[number % 2]
    headers = [
        b"From: <pelanggan@mail.example>",
        b"To: bantuan@desk.example",
        b"Subject: " + _subject(subject, codec, label, number),
        b"Date: Tue, 24 Nov 2026 11:58:00 +0700",
        b"MIME-Version: 1.0",
        b"Content-Type: " + content_type.encode(),
        b"Content-Transfer-Encoding: " + encoding.encode(),
    ]
    return Mislabelled(
        name=f"{language} by {codec} labelled {label}, {kind}, {encoding}",
        content=b"\r\n".join([*headers, b"", sent]),
        subject=subject,
        text=text,
        is_honest=(codec, label) == ("utf-8", None),
    )


def _subject(subject: str, codec: str, label: str | None, number: int) -> bytes:
    """Raw where the number is odd or nothing is declared, else a word of RFC 2047 with the same lie."""
    raw = subject.encode(codec)
    if number % 3 or label is None:
        return raw
    return b"=?" + label.encode() + b"?B?" + base64.b64encode(raw) + b"?="
