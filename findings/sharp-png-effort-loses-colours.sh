#!/usr/bin/env bash
# sharp 0.35.5: `png({ effort: 10 })` is lossy, `png({ compressionLevel: 9 })` is not.
#
# In the other formats `effort` trades time for bytes. For PNG it is the effort of quantisation, and naming it at all
# (like `quality`, even 100, and `colours`) switches to a palette of at most 256 colours. Whoever sets one effort for
# every format of a pipeline loses colours in the one that was meant to be exact.
#
# Guessed before it was run: the pixels come back as they were. Seen: the last lines, with the colours that are left.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save sharp@0.35.5 >/dev/null

cat >run.js <<'JS'
const sharp = require("sharp");
const side = 64;
const pixels = Buffer.alloc(side * side * 3);
for (let at = 0; at < side * side; at++) pixels.set([at % side * 4, (at / side | 0) * 4, (at * 7) & 255], at * 3);
const colours = (data) => {
  const seen = new Set();
  for (let at = 0; at < data.length; at += 3) seen.add(data.readUIntBE(at, 3));
  return seen.size;
};
(async () => {
  console.log("made:", colours(pixels), "colours");
  const ways = [{}, { compressionLevel: 9 }, { effort: 10 }, { quality: 100 }];
  for (const way of ways) {
    const png = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).png(way).toBuffer();
    const back = await sharp(png).removeAlpha().raw().toBuffer();
    const many = colours(back) > 256 ? colours(back) + " colours" : "a palette";
    console.log(JSON.stringify(way) + ":", back.equals(pixels) ? "exact," : "changed,", many);
  }
})();
JS
node run.js >seen
cat seen
diff seen - <<'SEEN'
made: 4096 colours
{}: exact, 4096 colours
{"compressionLevel":9}: exact, 4096 colours
{"effort":10}: changed, a palette
{"quality":100}: changed, a palette
SEEN
