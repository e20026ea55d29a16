"""How near an output is to the best downscale of its input."""

from pathlib import Path

import numpy as np
import pyvips

from ssim import luma, ssim

# libvips would take a file that was written anew for the one it has read before.
pyvips.cache_set_max(0)

EVERY = 3
"""Of an animation, one frame in so many is compared."""


class References:
    """Full decode and Lanczos3, never shrunk on load; kept for the outputs of one input."""

    def __init__(self, path: Path, animated: bool) -> None:
        self.animated = animated
        self.pages = pages(path, animated)
        self.sized: dict[tuple[int, int], list[np.ndarray]] = {}

    def score(self, output: Path) -> float:
        """SSIM of luma; the mean over the frames of an animation."""
        made = pages(output, self.animated)
        if len(made) != len(self.pages):
            raise ValueError(f"{output.name} has {len(made)} frames of {len(self.pages)}")
        size = (made[0].width, made[0].height)
        if size not in self.sized:
            self.sized[size] = [luma(scaled(page, *size).numpy()) for page in self.pages[::EVERY]]
        scores = [ssim(wanted, luma(page.numpy())) for wanted, page in zip(self.sized[size], made[::EVERY])]
        return float(np.mean(scores))


def pages(path: Path, animated: bool) -> list[pyvips.Image]:
    """The frames, on white where they are transparent."""
    image = pyvips.Image.new_from_file(str(path), **({"n": -1} if animated else {})).autorot()
    if image.hasalpha():
        image = image.flatten(background=[255] * (image.bands - 1))
    if not animated:
        return [image]
    image = image.copy_memory()
    height = image.get_page_height()
    return [image.crop(0, top, image.width, height) for top in range(0, image.height, height)]


def scaled(image: pyvips.Image, width: int, height: int) -> pyvips.Image:
    """Lanczos3 from the full image, without libvips's shortcuts."""
    made = image.resize(width / image.width, vscale=height / image.height, kernel="lanczos3", gap=0)
    if (made.width, made.height) != (width, height):
        raise ValueError(f"{image.width} x {image.height} scaled to {width} x {height} is {made.width} x {made.height}")
    return made


def duration_ms(path: Path) -> int:
    """How long an animation takes, one time through."""
    return sum(pyvips.Image.new_from_file(str(path), n=-1).get("delay"))
