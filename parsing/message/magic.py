"""What a file is by its first bytes: a small table of our own, for the types that people send to a support desk.

Read are the first 4 KiB at most. What the table does not know keeps the type that the mail declared.
"""

from __future__ import annotations

_START = 4096  #: bytes that are looked at
_TAR_MARK = 257  #: offset of "ustar" in a tar header
_UNKNOWN = "application/octet-stream"
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"dex\n", "application/vnd.android.dex"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (b"#!/", "text/x-script"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
)
#: the brand in an ISO base media file's first box (ISO 14496-12, 4.3)
_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
    b"avif": "image/avif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"3gp4": "video/3gpp",
    b"3gp5": "video/3gpp",
    b"3gp6": "video/3gpp",
}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_OOXML = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"AndroidManifest.xml", "application/vnd.android.package-archive"),
)
_HTML = (b"<!doctype html", b"<html", b"<script")


def media_type(content: bytes, declared: str) -> str:
    """The media type that the bytes show; the declared one where they show none."""
    start = content[:_START]
    if start[:4] == b"RIFF":
        return _RIFF.get(start[8:12], declared)
    if start[4:8] == b"ftyp":
        return _BRANDS.get(start[8:12], "video/mp4")
    if start[_TAR_MARK : _TAR_MARK + 5] == b"ustar":
        return "application/x-tar"
    for mark, name in _MARKS:
        if start.startswith(mark):
            return _zip_type(start, declared) if name == "application/zip" else _ole_type(name, declared)
    return _markup(start) or declared or _UNKNOWN


def _zip_type(start: bytes, declared: str) -> str:
    for mark, name in _OOXML:
        if mark in start:
            return name
    is_zip_based = declared.startswith(("application/vnd.", "application/epub", "application/java"))
    return declared if is_zip_based else "application/zip"


def _ole_type(name: str, declared: str) -> str:
    """Old office files share one container: believe the label which of them it is."""
    if name == "application/x-ole-storage" and declared.startswith(("application/ms", "application/vnd.ms")):
        return declared
    return name


def _markup(start: bytes) -> str | None:
    head = start[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_HTML):
        return "text/html"
    if head.startswith(b"<svg") or (head.startswith(b"<?xml") and b"<svg" in head):
        return "image/svg+xml"
    return None


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height out of a JPEG's first frame header (ITU T.81, B.2.2), None where there is none within 64 segments."""
    position = 2
    for _ in range(64):
        if position + 9 > len(content) or content[position] != 0xFF:  # noqa: PLR2004 - a marker
            return None
        marker = content[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # noqa: PLR2004 - SOF0 to SOF15, tables apart
            height = int.from_bytes(content[position + 5 : position + 7], "big")
            width = int.from_bytes(content[position + 7 : position + 9], "big")
            return width, height
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return None
