"""Writes vectors.json next to it: URLs signed by libthumbor 2.0.2 (PyPI), which other clients of thumbor follow.

python3 -m venv v && v/bin/pip install libthumbor==2.0.2 && v/bin/python make.py
With an argument, the URLs go to standard output instead.
"""

import json
import pathlib
import sys

from libthumbor import CryptoURL

KEY = "my-security-key"

OPTIONS = [
    dict(width=300, height=200, image_url="pics/a.jpg"),
    dict(width=300, height=200, image_url="pics/a b ä+c&d(1).jpg"),
    # Percent-encoded by the caller, as thumbor's documentation asks for.
    dict(width=300, height=200, image_url="pics/a%20b%20%C3%A4%2Bc%26d%281%29.jpg"),
]

# What needs the whole grammar.
GRAMMAR = [
    dict(width=30, image_url="pics/a.jpg"),
    dict(height=20, image_url="pics/a.jpg"),
    dict(width=30, height=20, smart=True, image_url="pics/a.jpg"),
    dict(width=30, height=20, fit_in=True, image_url="pics/a.jpg"),
    dict(width=30, height=20, flip=True, flop=True, image_url="pics/a.jpg"),
    dict(width=30, height=20, halign="left", valign="bottom", image_url="pics/a.jpg"),
    dict(width=30, height=20, crop=((1, 2), (60, 50)), image_url="pics/a.jpg"),
    dict(width=30, height=20, trim=True, image_url="pics/a.jpg"),
    dict(width=30, height=20, filters=["quality(50)", "grayscale()"], image_url="pics/a.jpg"),
]


def urls(options):
    crypto = CryptoURL(key=KEY)
    return [crypto.generate(**option).removeprefix("/") for option in options]


vectors = {"key": KEY, "sizes": urls(OPTIONS), "grammar": urls(GRAMMAR)}
text = json.dumps(vectors, indent=1, ensure_ascii=False) + "\n"
if len(sys.argv) > 1:
    sys.stdout.write(text)
else:
    pathlib.Path(__file__).with_name("vectors.json").write_text(text, encoding="utf-8")
