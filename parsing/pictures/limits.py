"""What the pictures of one mail may cost, each limit with its reason. They are counts, not settings: no site needs more."""

from __future__ import annotations

#: A report has one or two screenshots; somebody who sends an album is read by a person.
MAX_PICTURES = 4

#: The largest phone cameras take 50 megapixels by default, 12 after binning, and a long screenshot has 20. A picture
#: takes up to eight bytes a pixel while it is turned, and a child has 768 MiB.
MAX_PIXELS = 40_000_000

#: Sides below this are icons, logos and tracking pixels: nobody writes in them.
MIN_SIDE = 120

#: The longest side that is read. Letters of a phone's screen keep more than twenty pixels; reading time grows with area.
READ_SIDE = 2600

#: A screen narrower than this was sent on by a messenger that made it small; doubled, its letters are read again.
NARROW = 640

#: Seconds of recognition for all pictures of one mail. One screenshot takes a fraction of a second.
MAIL_SECONDS = 8.0

#: Words of one picture that are kept. A full screen of small print has some five hundred.
MAX_WORDS = 1500

#: The sides of the pictures that are shown: a phone's width, and a line of a list.
LARGE, SMALL = 1080, 320

#: What a picture may be. Everything else (PostScript, icons, camera raw …) has decoders that nobody needs here.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "HEIF", "AVIF")
