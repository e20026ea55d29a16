"""ImageMagick, one process an output, as scripts use it: its start is a part of what it costs.

The size hint for JPEG is twice the width, as ImageMagick's manual advises.
"""

import resource
import subprocess
import sys
from pathlib import Path

from loop import Want, serve

COMMAND = sys.argv[1]


def output(_data: bytes, path: Path, want: Want) -> bytes:
    """Reads the file by itself: it is in the page cache by then."""
    width = want["width"]
    hint = ["-define", f"jpeg:size={2 * width}x{2 * width}"]
    shrink = ["-coalesce", "-resize", f"{width}x"] if want.get("animated") else ["-thumbnail", f"{width}x"]
    quality = [] if want.get("quality") is None else ["-quality", str(want["quality"])]
    command = [COMMAND, *hint, str(path), *shrink, "-strip", *quality, f"{want['format']}:-"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0 or not done.stdout:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RuntimeError(f"exit code {done.returncode}: {said[0] if said else 'nothing said'}")
    return done.stdout


serve(output, resource.RUSAGE_CHILDREN)
