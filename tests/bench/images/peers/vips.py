"""libvips by pyvips, with shrinking on load (`thumbnail_buffer`). VIPS_CONCURRENCY=1 comes from the driver."""

from pathlib import Path

import pyvips

from loop import Want, serve

pyvips.cache_set_max(0)

ENDLESS = 10_000_000
"""The largest side libvips takes: the height follows the width."""


def output(data: bytes, _path: Path, want: Want) -> bytes:
    """One output with the options that sharp has by default, where the two differ."""
    pages = "n=-1" if want.get("animated") else ""
    image = pyvips.Image.thumbnail_buffer(data, want["width"], height=ENDLESS, option_string=pages)
    options = {"keep": "none"}
    if want.get("quality") is not None:
        options["Q"] = want["quality"]
    if want["format"] == "jpeg":
        options["optimize_coding"] = True
    suffix = {"jpeg": ".jpg"}.get(want["format"], f".{want['format']}")
    return image.write_to_buffer(suffix, **options)


serve(output)
