"""What a file is by its first bytes: a small table of our own, for the types that people send to a support desk.

What the table does not know is asked of libmagic, where the system has it; what that does not know either keeps the
type that the mail declared. Read are the first few KiB; nothing is unpacked.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

libmagic: Any
try:
    import magic as libmagic
except ImportError:  # an extra: neither the package nor the system's library has to be there
    libmagic = None

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
    (b"META-INF/MANIFEST.MF", "application/java-archive"),
)
#: OpenDocument and EPUB name their type in their first member (ODF 1.3, part 2, 3.3)
_NAMED_ZIP = re.compile(rb"mimetype(application/[\w.+-]{1,80}?)(?=PK|\Z)")
_HTML = (b"<!doctype html", b"<html", b"<script")
_ASKED = 32 * 1024  #: bytes that libmagic is given: its own rules for office files look that far
#: libmagic's words for what the table calls otherwise
_SAME = {
    "application/cdfv2": "application/x-ole-storage",
    "application/x-dosexec": "application/vnd.microsoft.portable-executable",
    "application/x-mach-binary": "application/x-executable",
    "application/x-pie-executable": "application/x-executable",
    "application/x-sharedlib": "application/x-executable",
    "application/x-rar": "application/vnd.rar",
    "audio/x-wav": "audio/wav",
    "image/x-ms-bmp": "image/bmp",
    "text/x-msdos-batch": "text/x-script",
    "text/x-perl": "text/x-script",
    "text/x-python": "text/x-script",
    "text/x-shellscript": "text/x-script",
    "text/x-script.python": "text/x-script",
}
_NO_OPINION = ("application/octet-stream", "inode/", "application/x-empty", "application/x-not-regular-file", "binary")
_IHDR, _MIN_PNG, _MIN_GIF = b"IHDR", 24, 10


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
    return _markup(start) or _asked(content, declared) or declared or _UNKNOWN


def _asked(content: bytes, declared: str) -> str | None:
    """Libmagic's opinion, where it has one that says more than the mail does."""
    told = _ask(content[:_ASKED])
    if not told or told.startswith(_NO_OPINION):
        return None
    if (
        told.startswith("text/") and told != "text/x-script"
    ):  # of text it knows less than the mail: CSV, calendars, code
        return (
            None
            if declared.startswith(("text/", "message/")) or "xml" in declared or "json" in declared
            else "text/plain"
        )
    return told


def _ask(start: bytes) -> str | None:
    if libmagic is None or not start:
        return None
    try:
        told = str(_detector().from_buffer(start)).lower()
    except libmagic.MagicException:
        return None
    return _SAME.get(told, told)


@lru_cache(maxsize=1)
def _detector() -> Any:
    """Libmagic with its data, loaded when it is first needed."""
    return libmagic.Magic(mime=True)


def has_macros(content: bytes) -> bool:
    """Whether an office file carries a program: told by the name of the member that holds it, nothing is unpacked."""
    if content.startswith(b"PK"):
        return b"vbaProject.bin" in content
    return content.startswith(b"\xd0\xcf\x11\xe0") and "_VBA_PROJECT".encode("utf-16-le") in content


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF or JPEG; None where they cannot be told."""
    if content.startswith(b"\x89PNG") and content[12:16] == _IHDR and len(content) >= _MIN_PNG:
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    if content.startswith(b"GIF8") and len(content) >= _MIN_GIF:
        return int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")
    return jpeg_size(content) if content.startswith(b"\xff\xd8") else None


def _zip_type(start: bytes, declared: str) -> str:
    if named := _NAMED_ZIP.search(start, 0, 256):
        return named[1].decode("ascii")
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
