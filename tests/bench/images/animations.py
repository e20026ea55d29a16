"""Animated GIF for the benchmark: 480 pixels wide, 20 to 40 frames of 80 ms."""

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyvips

WIDTH, HEIGHT = 480, 320
DELAY_MS = 80

Frames = Iterator[np.ndarray]


def make(photos: list[Path], cache: Path, count: int) -> list[Path]:
    """The first `count` of the kinds below, each a file."""
    made = []
    for name, frames in KINDS[:count]:
        to = cache / f"{name}.gif"
        if not to.is_file():
            part = cache / f"part-{os.getpid()}.gif"
            save(list(frames(photos)), part)
            part.rename(to)
        made.append(to)
    return made


def save(frames: list[np.ndarray], to: Path) -> None:
    """libvips takes an animation as one tall picture with the height of a page."""
    stack = np.ascontiguousarray(np.concatenate(frames))
    image = pyvips.Image.new_from_array(stack, interpretation="srgb").copy()
    image.set_type(pyvips.GValue.gint_type, "page-height", HEIGHT)
    image.set_type(pyvips.GValue.array_int_type, "delay", [DELAY_MS] * len(frames))
    image.set_type(pyvips.GValue.gint_type, "loop", 0)
    image.gifsave(str(to), effort=4)


def scene(photo: Path, width: int, height: int) -> np.ndarray:
    """The middle of a photograph at a size, RGB."""
    return pyvips.Image.thumbnail(str(photo), width, height=height, crop="centre", size="both").numpy()[:, :, :3]


def pan(photos: list[Path]) -> Frames:
    """The camera moves: every pixel changes in each frame."""
    wide = scene(photos[0], WIDTH + 240, HEIGHT)
    return (wide[:, 10 * at : 10 * at + WIDTH] for at in range(24))


def ball(photos: list[Path]) -> Frames:
    """A thing moves over a photograph that stands still: small parts change."""
    still = scene(photos[1 % len(photos)], WIDTH, HEIGHT)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    for at in range(36):
        centre = (60 + 10 * at, HEIGHT - 60 - 180 * abs(math.sin(at / 6)))
        inside = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 < 40**2
        yield np.where(inside[:, :, None], np.uint8([220, 60, 30]), still)


def bars(_photos: list[Path]) -> Frames:
    """A drawing: flat colours, hard edges, as charts and screen captures have."""
    colours = np.uint8([[38, 70, 83], [42, 157, 143], [233, 196, 106], [244, 162, 97], [231, 111, 81]])
    for at in range(30):
        frame = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
        for bar in range(5):
            top = HEIGHT - 30 - int(240 * abs(math.sin(at / 10 + bar)))
            frame[top : HEIGHT - 30, 40 + 85 * bar : 100 + 85 * bar] = colours[bar]
        yield frame


def zoom(photos: list[Path]) -> Frames:
    """Nearer with each frame."""
    large = scene(photos[2 % len(photos)], 2 * WIDTH, 2 * HEIGHT)
    for at in range(20):
        width = 2 * WIDTH - 20 * at
        height = width * HEIGHT // WIDTH
        left, top = WIDTH - width // 2, HEIGHT - height // 2
        cut = pyvips.Image.new_from_array(np.ascontiguousarray(large[top : top + height, left : left + width]))
        yield cut.thumbnail_image(WIDTH, height=HEIGHT, size="force").numpy()


def waves(_photos: list[Path]) -> Frames:
    """Smooth colours in motion: hard on a palette of 256."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] / 60
    for at in range(24):
        parts = [np.sin(x + at / 4), np.sin(y - at / 5), np.sin((x + y) / 2 + at / 3)]
        yield (127.5 + 127 * np.stack(parts, axis=-1)).astype(np.uint8)


def sprite(_photos: list[Path]) -> Frames:
    """A shape that turns on nothing: transparent around it."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] - np.array([HEIGHT / 2, WIDTH / 2]).reshape(2, 1, 1)
    for at in range(30):
        angle, radius = np.arctan2(y, x) + at / 10, np.hypot(x, y)
        frame = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
        frame[radius < 90 + 50 * np.cos(5 * angle)] = [90, 40 + 5 * at, 200, 255]
        yield frame


KINDS: list[tuple[str, Callable[[list[Path]], Frames]]] = [
    ("pan", pan),
    ("ball", ball),
    ("bars", bars),
    ("zoom", zoom),
    ("waves", waves),
    ("sprite", sprite),
]
