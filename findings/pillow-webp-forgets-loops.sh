#!/usr/bin/env bash
# Pillow 13.0.0: an animated GIF that plays four times becomes a WebP that plays for ever.
#
# A GIF says how often it is repeated (3: four plays in all), WebP how often it is played (0: for ever). Pillow reads the
# GIF's number into `info["loop"]`, but saving as WebP takes only what the caller passes, so the animation never ends. A
# caller who passes `loop=im.info["loop"]` gets one play less than the GIF has, because the number goes over as it is.
# sharp 0.35.5 makes 4 of 3, and 3 of 4 on the way back.
#
# Guessed before it was run: Pillow keeps the number, so one play is lost. It keeps nothing.
# Seen: see the last lines.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pillow==13.0.0
npm install --silent --no-audit --no-fund --no-save sharp@0.35.5 >/dev/null

cat >make.py <<'PY'
import struct
from PIL import Image

frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "green", "blue")]
frames[0].save("a.gif", save_all=True, append_images=frames[1:], duration=100, loop=3)
gif = open("a.gif", "rb").read()
at = gif.index(b"NETSCAPE2.0")
print("GIF, repeats:", struct.unpack("<H", gif[at + 13 : at + 15])[0])

def plays(name):
    webp = open(name, "rb").read()
    at = webp.index(b"ANIM")
    return struct.unpack("<H", webp[at + 12 : at + 14])[0]

image = Image.open("a.gif")
image.save("plain.webp", save_all=True)
image.save("passed.webp", save_all=True, loop=image.info["loop"])
print("Pillow, plays:", plays("plain.webp"))
print("Pillow with loop passed on, plays:", plays("passed.webp"))
PY
cat >convert.js <<'JS'
const fs = require("fs");
const sharp = require("sharp");
(async () => {
  await sharp("a.gif", { animated: true }).webp().toFile("sharp.webp");
  const webp = fs.readFileSync("sharp.webp");
  console.log("sharp, plays:", webp.readUInt16LE(webp.indexOf("ANIM") + 12));
  await sharp("sharp.webp", { animated: true }).gif().toFile("back.gif");
  const gif = fs.readFileSync("back.gif");
  console.log("sharp and back to GIF, repeats:", gif.readUInt16LE(gif.indexOf("NETSCAPE2.0") + 13));
})();
JS
venv/bin/python make.py >seen
node convert.js >>seen
cat seen
diff seen - <<'SEEN'
GIF, repeats: 3
Pillow, plays: 0
Pillow with loop passed on, plays: 3
sharp, plays: 4
sharp and back to GIF, repeats: 3
SEEN
