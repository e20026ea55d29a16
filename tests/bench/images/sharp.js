// sharp as a worker: see README.md for the protocol. One thread, no cache, SIMD as sharp has it by default.
'use strict';

const fs = require('node:fs');
const readline = require('node:readline');
const sharp = require('sharp');

sharp.concurrency(1);
sharp.cache(false);

/** Most resident memory since the reset, in KiB (proc(5)). */
function peakKb() {
  const found = /^VmHWM:\s*(\d+) kB/m.exec(fs.readFileSync('/proc/self/status', 'latin1'));
  return found ? Number(found[1]) : null;
}

/** One output: `{width, format, quality}`, the other options as sharp has them by default. */
function output(bytes, want) {
  const image = sharp(bytes, { animated: want.animated === true }).resize({ width: want.width });
  const options = want.quality == null ? {} : { quality: want.quality };
  return image.toFormat(want.format, { ...options, ...want.sharp }).toBuffer();
}

async function run(job) {
  fs.writeFileSync('/proc/self/clear_refs', '5');
  if (!job.input) return { cpu_us: 0, bytes: [], peak_rss_kb: peakKb() };
  const bytes = fs.readFileSync(job.input);
  const outputs = [];
  const start = process.cpuUsage();
  for (const want of job.wants) outputs.push(await output(bytes, want));
  const spent = process.cpuUsage(start);
  const peak = peakKb();
  outputs.forEach((made, at) => job.out?.[at] && fs.writeFileSync(job.out[at], made));
  return { cpu_us: spent.user + spent.system, bytes: outputs.map((made) => made.length), peak_rss_kb: peak };
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const answer = await run(JSON.parse(line)).catch((problem) => ({ error: String(problem) }));
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
}

main();
