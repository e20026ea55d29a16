"""The picture that all files of the corpus show, and how a file is described."""

import io
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

# No multiple of 8 or 16, so that blocks stick out at the edges.
WIDTH, HEIGHT = 52, 40


@dataclass
class File:
    """One file: its name, its bytes, what it covers, how it was made, and what is expected of it."""

    name: str
    data: bytes
    covers: str
    made: str
    # picture: has to decode. error: has to be refused. either: both are fine, but a picture has to be the right one.
    result: str = "picture"
    # Largest mean and largest single difference from the reference, in 255ths of the range.
    tolerance: tuple[float, int] = (1.0, 8)
    # Frames as seen, RGBA in sRGB, where no decoder is to be asked.
    frames: list | None = None
    # Which decoder makes the reference.
    decoder: str = "pillow"
    tags: set = field(default_factory=set)


def scene(width=WIDTH, height=HEIGHT, shift=0.0):
    """Red, green, blue: gradients and three patches that tell the corners apart. `shift` moves the disc."""
    y, x = np.mgrid[0:height, 0:width]
    u, v = (x + 0.5) / width, (y + 0.5) / height
    rgb = np.stack([50 + 170 * u, 70 + 140 * v, 190 - 130 * u * v], axis=-1)

    def patch(inside, colour):
        part = np.clip(inside, 0, 1)[..., None]
        rgb[...] = rgb * (1 - part) + np.array(colour) * part

    side = min(width, height)
    patch((0.22 - np.hypot((u - 0.25 - shift) * width, (v - 0.3) * height) / side) * 12, (225, 40, 50))
    patch((0.14 - np.maximum(abs(u - 0.8) * width, abs(v - 0.2) * height) / side) * 12, (240, 220, 60))
    patch((0.16 - np.maximum(abs(u - 0.72) * width, abs(v - 0.75) * height) / side) * 12, (20, 60, 90))
    return Image.fromarray((rgb + 0.5).astype(np.uint8), "RGB")


def clear_scene(width=WIDTH, height=HEIGHT, shift=0.0):
    """The same with alpha: a hole at the lower left, and thinner towards the right."""
    image = scene(width, height, shift)
    y, x = np.mgrid[0:height, 0:width]
    u, v = (x + 0.5) / width, (y + 0.5) / height
    alpha = np.where(u > 0.5, 255 - 300 * (u - 0.5), 255.0)
    alpha *= np.clip((np.hypot((u - 0.25) * width, (v - 0.75) * height) / min(width, height) - 0.12) * 8, 0, 1)
    image.putalpha(Image.fromarray((alpha + 0.5).astype(np.uint8), "L"))
    return image


def grey_scene(width=WIDTH, height=HEIGHT):
    return scene(width, height).convert("L")


def orient(image, tag):
    """How an EXIF orientation stores what is seen as `image`."""
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose
    return image if tag == 1 else image.transpose(Image.Transpose(back[tag]))


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


class Tools:
    """Programs, run in a folder of their own."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp())

    def run(self, *command, stdin=None):
        """Runs a program; what it writes to its output comes back."""
        done = subprocess.run([str(c) for c in command], input=stdin, capture_output=True, cwd=self.folder)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr.decode()}")
        return done.stdout

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def read(self, name):
        return (self.folder / name).read_bytes()

    def close(self):
        shutil.rmtree(self.folder)
