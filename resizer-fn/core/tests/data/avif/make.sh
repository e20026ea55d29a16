#!/bin/sh
# Makes the fixtures next to it. Needs avifenc (made with libavif 0.11.1, libaom 3.6) and Python's Pillow.
# Every picture shows red, green / blue, white in its quarters, as those in ../../fixtures do.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
python3 - "$work" <<'END'
import sys
from pathlib import Path
from PIL import Image, ImageCms

work = Path(sys.argv[1])
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quarters(width, height):
    image = Image.new("RGB", (width, height))
    half = (width // 2, height // 2)
    for x, y, colour in ((0, 0, RED), (1, 0, GREEN), (0, 1, BLUE), (1, 1, WHITE)):
        image.paste(Image.new("RGB", (width, height), colour), (x * half[0], y * half[1]))
    return image


small = quarters(96, 64)
small.save(work / "rgb.png")
small.convert("L").save(work / "grey.png")
quarters(192, 128).save(work / "large.png")
clear = small.convert("RGBA")
clear.paste((0, 0, 0, 0), (48, 32, 96, 64))
clear.save(work / "rgba.png")
half = small.convert("RGBA")
half.putalpha(128)
half.save(work / "half.png")
small.transpose(Image.Transpose.ROTATE_270).save(work / "turned.png")
small.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(work / "mirrored.png")
srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
(work / "srgb.icc").write_bytes(srgb.tobytes())
END
enc() { avifenc --jobs 1 --speed 6 --min 0 --max 20 "$@" >/dev/null; }
enc --depth 8 --yuv 420 "$work/rgb.png" 420-8.avif
enc --depth 10 --yuv 420 "$work/rgb.png" 420-10.avif
enc --depth 12 --yuv 422 "$work/rgb.png" 422-12.avif
enc --depth 8 --yuv 444 --range limited --cicp 1/13/1 "$work/rgb.png" 444-limited-709.avif
enc --depth 10 --yuv 444 --cicp 9/16/9 "$work/rgb.png" 444-10-pq.avif
enc --depth 8 --yuv 444 --cicp 1/13/0 "$work/rgb.png" identity.avif
enc --depth 8 --yuv 444 --cicp 1/13/8 "$work/rgb.png" ycgco.avif
enc --depth 8 --yuv 420 --range limited --cicp 12/13/6 "$work/rgb.png" 420-limited-p3.avif
enc --depth 8 --yuv 400 "$work/grey.png" grey.avif
enc --depth 8 --yuv 420 "$work/rgba.png" alpha.avif
enc --depth 10 --yuv 444 --premultiply "$work/half.png" premultiplied-10.avif
enc --depth 8 --yuv 420 --icc "$work/srgb.icc" "$work/rgb.png" icc.avif
enc --depth 8 --yuv 420 --grid 2x2 "$work/large.png" grid.avif
# Stored turned; irot and imir put it right.
enc --depth 8 --yuv 420 --irot 1 "$work/turned.png" irot.avif
enc --depth 8 --yuv 420 --imir 1 "$work/mirrored.png" imir.avif
enc --depth 8 --yuv 420 --timescale 1 "$work/rgb.png" "$work/mirrored.png" sequence.avif
rm -r "$work"
