#!/usr/bin/env bash
# sharp 0.35.5: a grey picture comes out in colour, as a PNG of several times the bytes.
#
# Nothing but reading and writing: a PNG or JPEG of one channel becomes one of three equal channels, because the output
# colour space is sRGB unless another is named. JPEG hides it (empty chroma costs little), PNG does not.
# `.toColourspace("b-w")` keeps one channel, for those who know beforehand that the input is grey.
#
# Guessed before it was run: one channel stays one channel, as with libvips' own thumbnails. Seen: the last lines.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save sharp@0.35.5 >/dev/null

cat >run.js <<'JS'
const sharp = require("sharp");
const side = 256;
const grey = Buffer.alloc(side * side);
let state = 1;
for (let at = 0; at < grey.length; at++) {
  state = (state * 1103515245 + 12345) & 0x7fffffff;
  grey[at] = (state >> 16) & 255;
}
const channels = async (file) => (await sharp(file).metadata()).channels;
(async () => {
  const made = () => sharp(grey, { raw: { width: side, height: side, channels: 1 } }).toColourspace("b-w");
  for (const format of ["png", "jpeg"]) {
    const input = await made().toFormat(format).toBuffer();
    const output = await sharp(input).toBuffer();
    const kept = await sharp(input).toColourspace("b-w").toBuffer();
    console.log(`${format}: ${await channels(input)} in, ${await channels(output)} out, ${await channels(kept)} with b-w`);
    if (format === "png") console.log("png, more than four times the bytes:", output.length > 4 * input.length);
  }
})();
JS
node run.js >seen
cat seen
diff seen - <<'SEEN'
png: 1 in, 3 out, 1 with b-w
png, more than four times the bytes: true
jpeg: 1 in, 3 out, 1 with b-w
SEEN
