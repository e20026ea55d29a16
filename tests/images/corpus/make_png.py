"""The PNG files, put together chunk by chunk: no library writes all of these kinds."""

import struct
import zlib

import numpy as np
from PIL import Image

import icc
from scene import HEIGHT, WIDTH, File, clear_scene, orient, saved, scene

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
# Sharp edges differ by how a resampler rounds and clips between its two directions.
EXACT = (1.0, 20)
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def row_bytes(row, depth):
    """One row of samples, packed."""
    if depth == 16:
        return row.astype(">u2").tobytes()
    if depth == 8:
        return row.astype(np.uint8).tobytes()
    bits = np.unpackbits(row.reshape(-1, 1).astype(np.uint8), axis=1)[:, 8 - depth :]
    return np.packbits(bits).tobytes()


def filtered(rows, step, kind):
    """Rows with their filter bytes; kind None takes all five in turn."""
    out, before = b"", None
    for y, row in enumerate(rows):
        raw = np.frombuffer(row, np.uint8).astype(int)
        above = before if before is not None else np.zeros_like(raw)
        left = np.concatenate([np.zeros(step, int), raw[:-step]]) if len(raw) > step else np.zeros_like(raw)
        corner = np.concatenate([np.zeros(step, int), above[:-step]]) if len(raw) > step else np.zeros_like(raw)
        which = y % 5 if kind is None else kind
        if which == 4:
            guess = left + above - corner
            a, b, c = abs(guess - left), abs(guess - above), abs(guess - corner)
            other = np.where((a <= b) & (a <= c), left, np.where(b <= c, above, corner))
        else:
            other = (0, left, above, (left + above) // 2)[which]
        out += bytes([which]) + ((raw - other) % 256).astype(np.uint8).tobytes()
        before = raw
    return out


def png(samples, colour, depth, before=(), behind=(), interlaced=False, kind=4, parts=1):
    """A file of samples (height, width, channels). Chunks `before` come before the data."""
    height, width, channels = samples.shape
    step = max(1, channels * depth // 8)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    if interlaced:
        passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7]
    else:
        passes = [samples]
    data = b"".join(
        filtered([row_bytes(row, depth) for row in part], step, kind if depth >= 8 else 0) for part in passes if part.size
    )
    data = zlib.compress(data, 9)
    cut = -(-len(data) // parts)
    body = b"".join(chunk(b"IDAT", data[i : i + cut]) for i in range(0, len(data), cut))
    extra = lambda chunks: b"".join(chunk(*c) for c in chunks)
    return SIGNATURE + chunk(b"IHDR", head) + extra(before) + body + extra(behind) + chunk(b"IEND", b"")


def grey(depth, width=WIDTH, height=HEIGHT):
    values = np.asarray(scene(width, height).convert("L")).astype(int)[..., None]
    return deep(values, depth) if depth >= 8 else (values * (2**depth - 1) + 127) // 255


def deep(values, depth):
    """8 bits, or 16 with other low bytes than high ones, but rounding to the same 8 bits."""
    values = values.astype(int)
    return values if depth == 8 else np.clip(values * 257 + values // 2 - 64, 0, 65535)


def colour(depth, width=WIDTH, height=HEIGHT):
    return deep(np.asarray(scene(width, height)), depth)


def clear(depth, is_grey=False, width=WIDTH, height=HEIGHT):
    image = clear_scene(width, height)
    return deep(np.asarray(image.convert("LA") if is_grey else image), depth)


def palette(depth):
    """Indices, and the chunk."""
    image = scene().quantize(2**depth, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    colours = bytes(image.getpalette())[: 3 * 2**depth]
    return np.asarray(image).astype(int)[..., None], (b"PLTE", colours)


def clear_palette(depth, entries):
    indices, plte = palette(depth)
    return indices, plte, (b"tRNS", bytes((i * 255 // max(1, entries - 1)) for i in range(entries)))


def kinds():
    for depth in (1, 2, 4, 8, 16):
        yield f"grey-{depth}", png(grey(depth), GREY, depth), f"grey, {depth} bits"
    for depth in (8, 16):
        yield f"rgb-{depth}", png(colour(depth), RGB, depth), f"colour, {depth} bits"
        yield f"grey-alpha-{depth}", png(clear(depth, True), GREY_ALPHA, depth), f"grey and alpha, {depth} bits"
        yield f"rgba-{depth}", png(clear(depth), RGBA, depth), f"colour and alpha, {depth} bits"
    for depth in (1, 2, 4, 8):
        indices, plte = palette(depth)
        yield f"palette-{depth}", png(indices, PALETTE, depth, [plte]), f"palette, {depth} bits"
        entries = max(2, 2**depth // 2)
        indices, plte, trns = clear_palette(depth, entries)
        yield f"palette-alpha-{depth}", png(indices, PALETTE, depth, [plte, trns]), f"palette with alpha for {entries} entries, {depth} bits"

    yield "interlaced-grey-1", png(grey(1), GREY, 1, interlaced=True), "Adam7, 1 bit of grey"
    yield "interlaced-rgb-8", png(colour(8), RGB, 8, interlaced=True, kind=None), "Adam7, colour, all filters"
    yield "interlaced-rgba-16", png(clear(16), RGBA, 16, interlaced=True), "Adam7, colour and alpha, 16 bits"
    indices, plte = palette(4)
    yield "interlaced-palette-4", png(indices, PALETTE, 4, [plte], interlaced=True), "Adam7, palette, 4 bits"
    for width, height in ((1, 1), (2, 3), (7, 5)):
        yield f"interlaced-{width}x{height}", png(colour(8, width, height), RGB, 8, interlaced=True), f"Adam7, {width} x {height} pixels: some passes are empty"

    for depth in (1, 8, 16):
        values = grey(depth)
        key = int(values[HEIGHT // 2, WIDTH // 2, 0])
        yield f"key-grey-{depth}", png(values, GREY, depth, [(b"tRNS", struct.pack(">H", key))]), f"grey, {depth} bits, one value is clear"
    for depth in (8, 16):
        values = np.asarray(scene().quantize(8, dither=Image.Dither.NONE).convert("RGB")).astype(int)
        values = values * 257 if depth == 16 else values
        key = struct.pack(">HHH", *(int(v) for v in values[5, 5]))
        yield f"key-rgb-{depth}", png(values, RGB, depth, [(b"tRNS", key)]), f"colour, {depth} bits, one colour is clear"

    for kind, name in enumerate(("none", "sub", "up", "average", "paeth")):
        yield f"filter-{name}", png(colour(8), RGB, 8, kind=kind), f"filter {name} on all rows"
    yield "data-in-parts", png(clear(8), RGBA, 8, parts=7), "seven IDAT chunks"
    yield "background", png(clear(8), RGBA, 8, [(b"bKGD", struct.pack(">HHH", 255, 0, 0))]), "bKGD chunk, which is not to be painted"
    yield "size-1x1", png(colour(8, 1, 1), RGB, 8), "1 x 1 pixels"
    yield "size-1x1-bit", png(grey(1, 1, 1), GREY, 1), "1 x 1 pixels of 1 bit"
    yield "size-7x5", png(clear(8, False, 7, 5), RGBA, 8), "7 x 5 pixels"


def srgb_from(linear):
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def picture(values):
    return [Image.fromarray(values.astype(np.uint8)).convert("RGBA")]


def made(tools):
    """All files."""
    for name, data, covers in kinds():
        decoder = "vips" if "16" in name else "pillow"
        yield File(f"{name}.png", data, covers, "`make_png.py`", tolerance=EXACT, decoder=decoder)

    values = colour(8)
    rgb = values.astype(float) / 255
    yield File("gamma-srgb.png", png(values, RGB, 8, [(b"gAMA", struct.pack(">I", 45455))]), "gAMA that says the usual 1/2.2", "`make_png.py`", tolerance=(2.0, 25), frames=picture(values), tags={"colour"})
    shown = srgb_from(rgb ** (1 / 1.0)) * 255 + 0.5
    yield File("gamma-linear.png", png(values, RGB, 8, [(b"gAMA", struct.pack(">I", 100000))]), "gAMA 1.0: linear values", "`make_png.py`; reference by the formulas of the PNG and sRGB standards", tolerance=(3.0, 25), frames=picture(shown), tags={"colour"})
    yield File("srgb-over-gamma.png", png(values, RGB, 8, [(b"sRGB", b"\0"), (b"gAMA", struct.pack(">I", 100000))]), "sRGB chunk, which counts more than gAMA", "`make_png.py`", tolerance=EXACT, frames=picture(values), tags={"colour"})
    p3 = (b"iCCP", b"P3\0\0" + zlib.compress(icc.DISPLAY_P3))
    yield File("icc-p3.png", png(values, RGB, 8, [p3]), "ICC profile Display P3", "`make_png.py`", tolerance=(2.0, 25), tags={"colour"})
    yield File("icc-p3-alpha.png", png(clear(8), RGBA, 8, [p3]), "ICC profile Display P3, with alpha", "`make_png.py`", tolerance=(2.0, 25), tags={"colour"})

    exif = Image.Exif()
    exif[0x0112] = 6
    turned = np.asarray(orient(scene(), 6)).astype(int)
    tiff = exif.tobytes()[6:]
    yield File("exif-6.png", png(turned, RGB, 8, [(b"eXIf", tiff)]), "eXIf chunk, orientation 6", "`make_png.py`", tolerance=EXACT)
    yield File("exif-6-behind.png", png(turned, RGB, 8, behind=[(b"eXIf", tiff)]), "eXIf chunk behind the data, orientation 6", "`make_png.py`", tolerance=EXACT, frames=picture(values))

    second = scene(shift=0.3)
    apng = saved(scene(), "PNG", save_all=True, append_images=[second], duration=100)
    yield File("animated.png", apng, "APNG, the first frame is the still picture", "Pillow", tolerance=EXACT, frames=picture(values))
    apart = saved(scene(), "PNG", save_all=True, append_images=[second, scene(shift=0.5)], default_image=True, duration=100)
    yield File("animated-still-apart.png", apart, "APNG whose still picture is no frame", "Pillow", tolerance=EXACT, frames=picture(values))

    whole = png(values, RGB, 8)
    yield File("cut-in-data.png", whole[: len(whole) // 2], "cut off in its data", "`make_png.py`, cut", result="error")
    yield File("no-end-chunk.png", whole[:-12], "all there but for the IEND chunk", "`make_png.py`, cut", result="either", tolerance=EXACT, frames=picture(values))
    yield File("rest-behind-end.png", whole + b"rest" * 9, "more bytes behind the IEND chunk", "`make_png.py`", tolerance=EXACT)
    broken = bytearray(png(values, RGB, 8, [(b"tEXt", b"Comment\0hello")]))
    broken[broken.index(b"hello")] ^= 1
    yield File("text-checksum.png", bytes(broken), "wrong checksum of a chunk that does not matter", "`make_png.py`, changed", result="either", tolerance=EXACT, frames=picture(values))
    broken = bytearray(whole)
    broken[broken.index(b"IDAT") + 40] ^= 0x55
    yield File("data-checksum.png", bytes(broken), "a changed byte in the data", "`make_png.py`, changed", result="error")
    yield File("no-palette.png", png(palette(4)[0], PALETTE, 4), "palette picture without a palette", "`make_png.py`", result="error")
    unknown = png(values, RGB, 8, [(b"XYZW", b"?")])
    yield File("unknown-critical.png", unknown, "an unknown chunk that claims to matter", "`make_png.py`", result="either", tolerance=EXACT, frames=picture(values))
