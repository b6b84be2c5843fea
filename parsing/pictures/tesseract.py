"""The words in a picture, by Tesseract (R. Smith, "An Overview of the Tesseract OCR Engine", ICDAR 2007).

tesserocr carries the engine; what it knows of languages is the system's (Debian: tesseract-ocr-ind, tesseract-ocr-eng).
Both are optional. The page is taken for a single column: other modes lose the values that stand far right of their labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from parsing.pictures.limits import MAX_WORDS
from parsing.pictures.picture import Word

#: Where systems keep the language data, in the order in which they are tried.
_PLACES = (
    *("/usr/share/tesseract-ocr/*/tessdata", "/usr/share/tessdata"),
    *("/usr/share/tesseract/tessdata", "/usr/local/share/tessdata"),
)

#: The languages in which apps show receipts here; the first that is there is the main one.
_LANGUAGES = ("ind", "eng")

#: Words that the engine believes in less than this are specks, patterns and icons.
_MIN_CONFIDENCE = 0.3


class Tesseract:
    """One engine, for one thread. Loading it takes a third of a second."""

    def __init__(self, data: Path, languages: Sequence[str]) -> None:
        import tesserocr  # noqa: PLC0415  # an extra; and a mail without pictures does not wait for it

        self._levels = tesserocr
        self._engine: Any = tesserocr.PyTessBaseAPI(
            path=str(data), lang="+".join(languages), psm=tesserocr.PSM.SINGLE_COLUMN
        )

    def words(self, picture: Image.Image, seconds: float) -> list[Word] | None:
        """The words of a picture in the order of reading; None where that takes longer."""
        self._engine.SetImage(picture)
        self._engine.SetSourceResolution(_RESOLUTION)
        if not self._engine.Recognize(int(seconds * 1000)):
            return None
        iterator = self._engine.GetIterator()
        return [] if iterator is None else self._found(iterator)

    def _found(self, iterator: Any) -> list[Word]:
        level, found = self._levels.RIL.WORD, []
        for place in self._levels.iterate_level(iterator, level):
            if place.Empty(level):
                continue
            text, confidence = place.GetUTF8Text(level).strip(), place.Confidence(level) / 100
            if text and confidence >= _MIN_CONFIDENCE:
                found.append(Word(text=text, box=tuple(place.BoundingBox(level)), confidence=confidence))
            if len(found) == MAX_WORDS:
                break
        return found


#: What a screen's letters are like on paper; without it Tesseract guesses, and says so on stderr.
_RESOLUTION = 200


@cache
def load() -> Tesseract | None:
    """The process's engine, loaded once; None where there is none to be had."""
    found = find()
    return Tesseract(*found) if found else None


def find() -> tuple[Path, tuple[str, ...]] | None:
    """Where the language data is, and which languages; None without tesserocr or without any."""
    try:
        import tesserocr  # noqa: F401, PLC0415  # an extra
    except ImportError:
        return None
    for pattern in _PLACES:
        for folder in sorted(Path("/").glob(pattern.removeprefix("/")), reverse=True):
            found = tuple(name for name in _LANGUAGES if (folder / f"{name}.traineddata").is_file())
            if found:
                return folder, found
    return None
