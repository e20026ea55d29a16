"""The WebP files."""

import struct

from PIL import Image

import icc
from scene import File, clear_scene, grey_scene, orient, saved, scene

LOSSY, EXACT = (4.0, 60), (1.0, 20)


def chunks(data):
    """The chunks of a file."""
    at = 12
    while at + 8 <= len(data):
        size = struct.unpack("<I", data[at + 4 : at + 8])[0]
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def riff(parts):
    body = b"WEBP" + b"".join(n + struct.pack("<I", len(d)) + d + bytes(len(d) % 2) for n, d in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def three(value):
    return struct.pack("<I", value)[:3]


def frame(image, x, y, delay, blend=True, dispose=False, **options):
    """An ANMF chunk with this picture at x, y (both even)."""
    still = [c for c in chunks(saved(image, "WEBP", **options)) if c[0] in (b"ALPH", b"VP8 ", b"VP8L")]
    head = three(x // 2) + three(y // 2) + three(image.width - 1) + three(image.height - 1) + three(delay)
    head += bytes([(0 if blend else 2) | (1 if dispose else 0)])
    inner = riff(still)[12:]
    return b"ANMF", head + inner


def animation(size, frames, loops=0, background=(0, 0, 0, 0)):
    canvas = b"\x12\0\0\0" + three(size[0] - 1) + three(size[1] - 1)
    control = bytes(background) + struct.pack("<H", loops)
    return riff([(b"VP8X", canvas), (b"ANIM", control), *frames])


def made(tools):
    """All files."""
    png = lambda image: tools.write("in.png", saved(image, "PNG"))
    cwebp = lambda image, *options: tools.run("cwebp", "-quiet", *options, png(image), "-o", "-")
    clear = clear_scene()
    for name, image, options, covers, tolerance in (
        ("lossy", scene(), ("-q", "90"), "lossy", LOSSY),
        ("lossy-coarse", scene(), ("-q", "5"), "lossy, quality 5, strong loop filter", LOSSY),
        ("lossy-sharp-yuv", scene(), ("-q", "90", "-sharp_yuv"), "lossy, sharp chroma", LOSSY),
        ("lossy-partitions", scene(96, 96), ("-q", "90", "-segments", "4", "-m", "6"), "lossy, four segments", LOSSY),
        ("lossless", scene(), ("-lossless",), "lossless", EXACT),
        ("lossless-palette", scene().quantize(16).convert("RGB"), ("-lossless", "-z", "9"), "lossless with a palette", EXACT),
        ("lossless-grey", grey_scene(), ("-lossless",), "lossless, grey", EXACT),
        ("alpha-lossy", clear, ("-q", "90"), "lossy with alpha", LOSSY),
        ("alpha-lossy-raw", clear, ("-q", "90", "-alpha_method", "0"), "lossy, alpha not compressed", LOSSY),
        ("alpha-coarse", clear, ("-q", "90", "-alpha_q", "20"), "lossy, alpha quantised", LOSSY),
        ("alpha-lossless", clear, ("-lossless",), "lossless with alpha", EXACT),
        ("alpha-exact", clear, ("-lossless", "-exact"), "lossless, colours under clear pixels kept", EXACT),
        ("size-1x1", scene(1, 1), ("-q", "90"), "1 x 1 pixels", LOSSY),
        ("size-7x5", scene(7, 5), ("-q", "95"), "7 x 5 pixels", LOSSY),
        ("size-7x5-alpha", clear_scene(7, 5), ("-lossless",), "7 x 5 pixels with alpha, lossless", EXACT),
        ("size-17x33", scene(17, 33), ("-q", "95"), "17 x 33 pixels: macroblocks stick out", LOSSY),
    ):
        yield File(f"{name}.webp", cwebp(image, *options), covers, f"cwebp {' '.join(options)}", tolerance=tolerance)

    data = saved(scene(), "WEBP", lossless=True, icc_profile=icc.DISPLAY_P3)
    yield File("icc-p3.webp", data, "ICC profile Display P3", "Pillow", tolerance=(2.0, 25), tags={"colour"})
    data = saved(clear, "WEBP", lossless=True, icc_profile=icc.ADOBE_RGB)
    yield File("icc-adobe-rgb-alpha.webp", data, "ICC profile Adobe RGB, with alpha", "Pillow", tolerance=(2.0, 25), tags={"colour"})
    exif = Image.Exif()
    exif[0x0112] = 8
    data = saved(orient(scene(), 8), "WEBP", lossless=True, exif=exif.tobytes())
    yield File("exif-8.webp", data, "EXIF orientation 8", "Pillow", tolerance=EXACT)
    data = riff([*chunks(saved(scene(), "WEBP", lossless=True, exif=exif.tobytes())), (b"ABCD", b"?" * 7)])
    yield File("unknown-chunk.webp", data, "an unknown chunk, orientation 8", "Pillow, chunk added", tolerance=EXACT, frames=None)

    still, moved = scene(), scene(shift=0.35)
    part = Image.new("RGBA", (20, 16), (255, 255, 255, 0))
    part.paste((200, 30, 160, 255), (4, 4, 20, 12))
    whole = lambda image, **options: frame(image, 0, 0, 100, lossless=True, **options)
    for name, frames, covers in (
        ("animated", [whole(still), whole(moved)], "two frames that fill the canvas"),
        ("animated-lossy", [frame(still, 0, 0, 80, quality=90), frame(moved, 0, 0, 120, quality=90)], "two lossy frames, different times"),
        ("animated-mixed", [frame(still, 0, 0, 80, quality=90), whole(clear)], "a lossy frame, a lossless one with alpha on it"),
        ("animated-offset", [whole(still), frame(part, 10, 8, 100, lossless=True), frame(part, 30, 20, 100, lossless=True)], "frames that are parts of the canvas, blended"),
        ("animated-no-blend", [whole(still), frame(part, 10, 8, 100, blend=False, lossless=True)], "a clear part replaces what was there"),
        ("animated-dispose", [whole(still), frame(part, 10, 8, 100, dispose=True, lossless=True), frame(part, 30, 20, 100, lossless=True)], "a frame's part is cleared after it"),
        ("animated-dispose-all", [whole(still, dispose=True), frame(part, 10, 8, 100, lossless=True)], "the whole canvas is cleared"),
        ("animated-first-is-part", [frame(part, 30, 20, 100, lossless=True), whole(moved)], "the first frame does not fill the canvas"),
        ("animated-one-frame", [whole(still)], "an animation of one frame"),
        ("animated-no-time", [frame(still, 0, 0, 0, lossless=True), frame(moved, 0, 0, 0, lossless=True)], "frames that last 0 ms"),
    ):
        # A hard edge to what is clear: rounding counts twice there.
        tolerance = LOSSY if "lossy" in name or "mixed" in name or "no-blend" in name else EXACT
        yield File(f"{name}.webp", animation(still.size, frames), f"animation: {covers}", "Pillow, put together by `make_webp.py`", tolerance=tolerance)
    data = animation(still.size, [whole(still), whole(moved)], loops=3)
    yield File("animated-loops-3.webp", data, "animation: shown three times", "Pillow, put together by `make_webp.py`", tolerance=EXACT)
    data = animation(still.size, [frame(part, 10, 8, 100, lossless=True)], background=(255, 0, 0, 255))
    yield File("animated-background.webp", data, "animation: a background colour, which viewers leave out", "Pillow, put together by `make_webp.py`", tolerance=EXACT)

    lossy = cwebp(scene(), "-q", "90")
    yield File("cut-lossy.webp", lossy[: len(lossy) // 2], "cut off in its data", "cwebp, cut", result="error")
    whole_file = animation(still.size, [whole(still), whole(moved)])
    yield File("cut-animated.webp", whole_file[:-30], "animation: cut off in its second frame", "cut", result="error")
    yield File("rest-behind-end.webp", lossy + b"rest", "more bytes behind the end", "cwebp, bytes added", result="either", tolerance=LOSSY, frames=None)
    data = animation(still.size, [frame(part, 40, 30, 100, lossless=True)])
    yield File("animated-outside.webp", data, "animation: a frame that leaves its canvas", "put together by `make_webp.py`", result="error")
