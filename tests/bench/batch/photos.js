// Photographs of about 1.2 MB, and sharp's own time for two sizes of each. See README.md.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const sharp = require('sharp');

sharp.concurrency(1);
sharp.cache(false);

const SIZE = 1_200_000;
/** As phones and cameras of 12 megapixels take them. */
const SIDES = { width: 4032, height: 3024 };

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

/** Both sizes, one pipeline for each, as sharp's users write it. */
async function both(bytes) {
  const small = await sharp(bytes).rotate().resize(200, 200).jpeg({ quality: 80 }).toBuffer();
  const large = await sharp(bytes).rotate().resize(800).jpeg({ quality: 80 }).toBuffer();
  return [small, large];
}

/** The time for all files; with a bucket, they are fetched from there and their sizes stored there. */
async function measure({ files, endpoint, bucket }) {
  const { S3Client, GetObjectCommand, PutObjectCommand } = require('@aws-sdk/client-s3');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const s3 = endpoint && new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const start = process.cpuUsage();
  for (const file of files) {
    if (!s3) {
      await both(fs.readFileSync(file));
      continue;
    }
    const name = path.basename(file);
    const found = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `order/${name}` }));
    const made = await both(await found.Body.transformToByteArray());
    const put = (Body, at) => s3.send(new PutObjectCommand({ Bucket: bucket, Key: `sharp/${at}/${name}`, Body, ContentType: 'image/jpeg' }));
    await Promise.all(made.map(put));
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
