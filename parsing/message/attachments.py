"""Leaf parts that are not the mail's words → attachments: true type, safe name, and what they are to an agent."""

from __future__ import annotations

import hashlib
import re

from parsing.mail import Attachment, AttachmentKind
from parsing.message.magic import has_macros, media_type, picture_size
from parsing.message.mime import Part
from parsing.message.names import extension, safe_name

_SCREENSHOT_NAME = re.compile(
    r"(?i)screen[ _-]?shot|screen[ _-]?cap|tangkapan[ _-]?layar|\bss[_-]|bildschirmfoto|captura|截图|截屏|スクリーンショット"
)
_PHONE_RATIOS = (1.7, 2.4)  #: height to width of phone screens, from 16:9 to 21.6:9; cameras take 4:3 and 3:2
_ICON = 120  #: pixels of the longer side; the smallest phone's screen has twice that
_DANGEROUS_EXTENSIONS = frozenset(
    "apk appx bat chm cmd com cpl dll docm dotm exe gadget hta htm html img inf iso jar js jse lnk mht mhtml msi msp ocx "
    "pif ppam pptm ps1 reg rgs scf scr sct sh shtml svg sys url vb vbe vbs vhd ws wsc wsf wsh xhtml xlam xlsm xltm xll".split()
)
_DANGEROUS_TYPES = frozenset(
    {
        "application/hta",
        "application/java-archive",
        "application/javascript",
        "application/vnd.android.dex",
        "application/vnd.android.package-archive",
        "application/vnd.microsoft.portable-executable",
        "application/x-executable",
        "application/x-ms-shortcut",
        "application/x-msdownload",
        "image/svg+xml",
        "text/html",
        "text/javascript",
        "text/x-script",
    }
)
_ARCHIVES = frozenset(
    {
        "application/gzip",
        "application/vnd.rar",
        "application/x-7z-compressed",
        "application/x-bzip2",
        "application/x-tar",
        "application/x-xz",
        "application/zip",
    }
)
_DOCUMENTS = (
    "application/pdf",
    "application/msword",
    "application/rtf",
    "application/json",
    "application/xml",
    "application/vnd.",
    "application/x-ole-storage",
    "text/",
)
_CONTACTS = frozenset({"text/vcard", "text/x-vcard", "text/directory"})


def attachment(part: Part, content: bytes, referred: frozenset[str], text: str = "") -> Attachment:
    """Describe one part; content is decoded, referred are the Content-IDs that the HTML shows, text is an attached mail's."""
    name = safe_name(part.name)
    shown_type = part.type if part.type.startswith("message/") or part.whole else media_type(content, part.type)
    return Attachment(
        name=name,
        type=shown_type,
        declared_type=part.type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        inline=part.disposition.value == "inline" or (part.content_id is not None and part.content_id in referred),
        content_id=part.content_id,
        kind=kind_of(name, shown_type, content),
        text=text,
    )


def kind_of(name: str, media_type: str, content: bytes) -> AttachmentKind:  # noqa: PLR0911  # rules in their order
    """What a file is to an agent, by its true type first, then by its name."""
    if extension(name) in _DANGEROUS_EXTENSIONS or media_type in _DANGEROUS_TYPES or has_macros(content):
        return AttachmentKind.DANGEROUS
    match media_type.split("/", 1)[0]:
        case "image":
            return _picture(name, media_type, content)
        case "video" | "audio":
            return AttachmentKind.RECORDING
        case "message" if media_type != "message/external-body":
            return AttachmentKind.MAIL
    if media_type == "text/calendar":
        return AttachmentKind.CALENDAR
    if media_type in _CONTACTS:
        return AttachmentKind.CONTACT
    if media_type in _ARCHIVES:
        return AttachmentKind.ARCHIVE
    return AttachmentKind.DOCUMENT if media_type.startswith(_DOCUMENTS) else AttachmentKind.OTHER


def _picture(name: str, media_type: str, content: bytes) -> AttachmentKind:
    """Screens are saved as PNG or WebP, or sent on as JPEG in a phone's proportions; cameras save other proportions.

    What is smaller than any screen is somebody's icon.
    """
    size = picture_size(content)
    if size and 0 < max(size) <= _ICON:
        return AttachmentKind.OTHER
    if media_type in ("image/png", "image/webp") or _SCREENSHOT_NAME.search(name):
        return AttachmentKind.SCREENSHOT
    if media_type == "image/jpeg" and size and size[0]:
        low, high = _PHONE_RATIOS
        return AttachmentKind.SCREENSHOT if low <= size[1] / size[0] <= high else AttachmentKind.PHOTO
    return AttachmentKind.PHOTO
