"""Two sizes of a thousand photographs, beside sharp: `make bench-batch`. See README.md."""

import argparse
import json
import os
import platform
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import botocore.config
import botocore.session

import paper
from images import jpeg_size

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
# The emulator and the list of photographs are those of the other benchmarks.
sys.path[:0] = [str(HERE), str(HERE.parent / "update_code"), str(HERE.parent / "images")]

from ministack import CREDENTIALS, MiniStack  # noqa: E402
from photos import PHOTOS, Unavailable, fetch  # noqa: E402

REGION, BUCKET, SPECS = "us-east-1", "orders", ["200x200", "800x"]
LEAST = 2.5
"""Our photographs per CPU second to sharp's."""
TICK = os.sysconf("SC_CLK_TCK")


def arguments() -> argparse.Namespace:
    """What can be asked for."""
    parser = argparse.ArgumentParser(prog="bench-batch", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, metavar="N", help="so many photographs (default 1000)")
    parser.add_argument("--sharp-every", type=int, default=1, metavar="N", help="sharp makes every N-th only (default all)")
    parser.add_argument("--listing", type=int, metavar="N", help="only the tool's memory for a listing of so many keys")
    for name in ("--zip", "--imgdeploy", "--ministack", "--node-modules"):
        parser.add_argument(name, type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--target", type=Path, default=ROOT / "target", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    """0 if all holds, 1 if not, 2 if something could not run."""
    given = arguments()
    if given.listing:
        from listing import measure
        return measure(given.imgdeploy.absolute(), given.listing)
    try:
        files = photographs(given)
    except Unavailable as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    sizes = [file.stat().st_size for file in files]
    print(f"{len(files)} photographs, {sum(sizes) / 1e6:.0f} MB, {sum(sizes) / len(sizes) / 1e6:.2f} MB on average")
    some = files[:: given.sharp_every]
    alone = sharp(given, {"files": [str(file) for file in some]}) / len(some)
    ours, with_s3, wrong = batch(given, files, some)
    ratio = alone / ours
    print("photographs per CPU second, both sizes:")
    print(f"  imgdeploy, with queue, S3 and records   {1 / ours:6.1f}")
    print(f"  sharp, files in, nothing stored         {1 / alone:6.1f}   ratio {ratio:.2f} ({LEAST} or more)")
    print(f"  sharp, from S3 and to S3, as a function {1 / with_s3:6.1f}   ratio {with_s3 / ours:.2f}")
    print(paper.text(len(files), ours))
    for problem in wrong:
        print(f"WRONG: {problem}")
    return 0 if ratio >= LEAST and not wrong else 1


def node(given: argparse.Namespace, *words: str, text: str | None = None) -> str:
    """Runs photos.js."""
    environment = os.environ | {"NODE_PATH": str(given.node_modules.absolute())}
    done = subprocess.run(["node", str(HERE / "photos.js"), *words], env=environment, input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"photos.js failed:\n{done.stderr}")
    return done.stdout


def photographs(given: argparse.Namespace) -> list[Path]:
    """The files, made if they are not there."""
    folder = given.target / "bench/batch-photos-2"
    files = [folder / f"{n:04}.jpg" for n in range(given.count)]
    if not all(file.is_file() for file in files):
        print("making photographs (once)", flush=True)
        share = fetch(given.target / "bench/photos")
        node(given, "make", str(folder), str(given.count), *[str(share / name) for name in PHOTOS])
    return files


def sharp(given: argparse.Namespace, order: dict[str, object]) -> float:
    """CPU seconds of sharp for all of them."""
    return json.loads(node(given, "measure", text=json.dumps(order)))["cpu_s"]


class Cpu(threading.Thread):
    """CPU time of the function's processes: looked at again and again, as they come and go."""

    def __init__(self, home: str) -> None:
        super().__init__(daemon=True)
        self.home, self.seen, self.over = home, {}, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            self.look()

    def look(self) -> None:
        """One look."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                program = os.readlink(entry / "exe")
                if program.startswith(self.home) and program.endswith("bootstrap"):
                    fields = (entry / "stat").read_text().rsplit(") ", 1)[1].split()
                    # Its number may be given to another one later: the start tells them apart.
                    self.seen[entry.name, fields[19]] = (int(fields[11]) + int(fields[12])) / TICK
            except OSError:
                continue

    def total(self) -> float:
        """Seconds of all so far."""
        self.look()
        return sum(self.seen.values())


def batch(given: argparse.Namespace, files: list[Path], some: list[Path]) -> tuple[float, float, list[str]]:
    """CPU seconds for a photograph, those of sharp for some with the same S3, and what was wrong with the result."""
    arch = "arm64" if platform.machine() == "aarch64" else "x86_64"
    with MiniStack(given.ministack.absolute()) as emulator:
        session = botocore.session.get_session()
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        many = botocore.config.Config(max_pool_connections=16, retries={"max_attempts": 5})

        def client(name: str):
            return session.create_client(name, region_name=REGION, endpoint_url=emulator.url, config=many, **keys)

        s3 = client("s3")
        s3.create_bucket(Bucket=BUCKET)
        upload = lambda file: s3.put_object(Bucket=BUCKET, Key=f"order/{file.name}", Body=file.read_bytes(), ContentType="image/jpeg")
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(upload, files))
        home = Path(emulator.home)
        environment = CREDENTIALS | {"PATH": os.environ["PATH"], "HOME": str(home), "AWS_ENDPOINT_URL": emulator.url, "AWS_REGION": REGION,
                                     "AWS_EC2_METADATA_DISABLED": "true"}

        def tool(*words: str) -> str:
            done = subprocess.run([str(given.imgdeploy.absolute()), *words], env=environment, text=True, capture_output=True, check=False)
            if done.returncode:
                raise RuntimeError(f"imgdeploy {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
            return done.stdout

        tool("attach", "--bucket", BUCKET, "--no-distribution", "--allow-public", "--yes", "--zip", str(given.zip), "--arch", arch, "--batch",
             "--memory", "1769")
        functions = client("lambda")
        mapping = functions.list_event_source_mappings()["EventSourceMappings"][0]["UUID"]
        # CloudFormation's text of a number makes the emulator fail.
        functions.update_event_source_mapping(UUID=mapping, ScalingConfig={"MaximumConcurrency": max(2, os.cpu_count() or 2)})
        cpu = Cpu(str(home))
        before = cpu.total()
        cpu.start()
        began = time.monotonic()
        specs = [word for spec in SPECS for word in ("--spec", spec)]
        lines = tool("batch", "--bucket", BUCKET, "--from", "order/", *specs, "--output", "json").splitlines()
        took = time.monotonic() - began
        cpu.over.set()
        spent = cpu.total() - before
        end = json.loads(lines[-1])
        print(f"counts: {end['done']} done, {end['skipped']} skipped, {end['failed']} failed of {end['asked']}; {took:.0f} s through the emulator here, in {len(cpu.seen)} processes")
        wrong = [] if (end["done"], end["asked"]) == (2 * len(files), 2 * len(files)) else [f"counts {end}"]

        def check(file: Path) -> list[str]:
            found = []
            for spec, fits in (("200x200", lambda w, h: (w, h) == (200, 200)), ("800x", lambda w, h: (w, h) == (800, 600))):
                key = f"resized/{spec}/order/{file.name}"
                size = jpeg_size(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
                if size is None or not fits(*size):
                    found.append(f"{key} is {size}")
            return found

        with ThreadPoolExecutor(8) as pool:
            wrong += [problem for found in pool.map(check, files) for problem in found]
        print(f"{2 * len(files) - len(wrong)} of {2 * len(files)} images are there and have the right size")
        order = {"files": [str(file) for file in some], "endpoint": emulator.url, "bucket": BUCKET}
        return spent / len(files), sharp(given, order) / len(some), wrong[:10]


if __name__ == "__main__":
    sys.exit(main())
