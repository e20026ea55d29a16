// Photographs of about 1.2 MB, and sharp's own time for two sizes of each. See README.md.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const sharp = require('sharp');

sharp.concurrency(1);
sharp.cache(false);

const SIZE = 1_200_000;
const SIDES = { width: 3600, height: 2400 };

/** The quality at which a photograph has about the size that is wanted. */
async function quality(image) {
  let [low, high] = [30, 96];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const bytes = (await image.clone().jpeg({ quality: middle }).toBuffer()).length;
    if (bytes > SIZE) high = middle - 1;
    else low = middle;
  }
  return low;
}

/** Makes photographs `n` = 0 to `count` - 1 in `folder` from the originals, each from another place. */
async function make(folder, count, originals) {
  fs.mkdirSync(folder, { recursive: true });
  for (const [place, original] of originals.entries()) {
    const mine = [];
    for (let n = place; n < count; n += originals.length) {
      const file = path.join(folder, `${String(n).padStart(4, '0')}.jpg`);
      if (!fs.existsSync(file)) mine.push([n, file]);
    }
    if (mine.length === 0) continue;
    // A little more than is needed, so that each is another cut-out.
    const [width, height] = [SIDES.width + 64, SIDES.height + 64];
    const raw = await sharp(original).rotate().resize(width, height).toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const whole = () => sharp(raw.data, { raw: raw.info });
    const q = await quality(whole().extract({ left: 0, top: 0, ...SIDES }));
    for (const [n, file] of mine) {
      const left = (n * 7) % 64;
      const top = (n * 13) % 64;
      await whole().extract({ left, top, ...SIDES }).jpeg({ quality: q }).toFile(`${file}.part`);
      fs.renameSync(`${file}.part`, file);
    }
  }
}

/** Both sizes of each file, one pipeline for each size, as sharp's users write it. */
async function measure(files) {
  const start = process.cpuUsage();
  for (const file of files) {
    const bytes = fs.readFileSync(file);
    await sharp(bytes).rotate().resize(200, 200).jpeg({ quality: 80 }).toBuffer();
    await sharp(bytes).rotate().resize(800).jpeg({ quality: 80 }).toBuffer();
  }
  const spent = process.cpuUsage(start);
  process.stdout.write(`${JSON.stringify({ cpu_s: (spent.user + spent.system) / 1e6 })}\n`);
}

async function main() {
  const [what, ...rest] = process.argv.slice(2);
  if (what === 'make') await make(rest[0], Number(rest[1]), rest.slice(2));
  else await measure(JSON.parse(fs.readFileSync(0, 'utf8')));
}

main().catch((problem) => { console.error(problem); process.exit(1); });
