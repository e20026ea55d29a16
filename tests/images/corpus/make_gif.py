"""The GIF files, written block by block: no library writes all of these kinds."""

import struct

from PIL import Image

from scene import HEIGHT, WIDTH, File, clear_scene, scene

EXACT = (1.0, 20)
MADE = "`make_gif.py`"


def compressed(indices, bits, reset_every=None):
    """LZW (GIF89a, appendix F), in blocks of at most 255 bytes."""
    start, stop = 1 << bits, (1 << bits) + 1
    codes, width, out, held, count = {}, bits + 1, bytearray(), 0, 0

    def put(code):
        nonlocal held, count
        held |= code << count
        count += width
        while count >= 8:
            out.append(held & 255)
            held, count = held >> 8, count - 8

    def fresh():
        nonlocal codes, width
        codes, width = {(i,): i for i in range(start)}, bits + 1

    fresh()
    put(start)
    prefix, following, since = (), stop + 1, 0
    for index in indices:
        since += 1
        longer = (*prefix, index)
        if longer in codes:
            prefix = longer
            continue
        put(codes[prefix])
        if following < 4096:
            codes[longer] = following
            if following == 1 << width and width < 12:
                width += 1
            following += 1
        elif reset_every is not None:
            put(start)
            fresh()
            following = stop + 1
        prefix = (index,)
    put(codes[prefix])
    put(stop)
    if count:
        out.append(held & 255)
    blocks = [bytes(out[i : i + 255]) for i in range(0, len(out), 255)]
    return bytes([bits]) + b"".join(bytes([len(b)]) + b for b in blocks) + b"\0"


def table(colours, bits):
    return bytes(colours)[: 3 << bits].ljust(3 << bits, b"\0")


def drawn(image, at=(0, 0), delay=10, dispose=0, clear=None, local=None, interlaced=False, bits=None, reset=None):
    """A frame of a palette image: control block, descriptor, data."""
    data = image.tobytes()
    bits = bits or 8
    control = bytes([dispose << 2 | (clear is not None)]) + struct.pack("<H", delay) + bytes([clear or 0])
    flags = (0x80 | (local[1] - 1) if local else 0) | (0x40 if interlaced else 0)
    head = struct.pack("<HHHHB", *at, *image.size, flags)
    if interlaced:
        rows = [data[y * image.width : (y + 1) * image.width] for y in range(image.height)]
        data = b"".join(b"".join(rows[start::step]) for start, step in ((0, 8), (4, 8), (2, 4), (1, 2)))
    colours = table(*local) if local else b""
    return b"\x21\xf9\4" + control + b"\0\x2c" + head + colours + compressed(data, max(2, bits), reset)


def gif(frames, colours=None, bits=8, size=(WIDTH, HEIGHT), loops=None, background=0, version=b"89a"):
    flags = 0x70 | (0x80 | (bits - 1) if colours is not None else 0)
    head = b"GIF" + version + struct.pack("<HHBBB", *size, flags, background, 0)
    loop = b"" if loops is None else b"\x21\xff\x0bNETSCAPE2.0\3\1" + struct.pack("<H", loops) + b"\0"
    return head + (table(colours, bits) if colours is not None else b"") + loop + b"".join(frames) + b"\x3b"


def palettised(image, colours=255):
    """Indices and palette; index 255 stays free."""
    image = image.quantize(colours, dither=Image.Dither.NONE)
    return image, bytes(image.getpalette())


def holed(shift=0.0):
    """With index 255 where the picture is clear, and the palette."""
    clear = clear_scene(shift=shift)
    image, colours = palettised(clear.convert("RGB"))
    image.paste(255, (0, 0), clear.getchannel("A").point(lambda a: 255 if a < 128 else 0))
    return image, colours


def block(index, size=(20, 14)):
    return Image.new("P", size, index)


def made(tools):
    """All files."""
    image, colours = palettised(scene())
    still = gif([drawn(image)], colours)
    yield File("still.gif", still, "one frame", MADE, tolerance=EXACT)
    yield File("interlaced.gif", gif([drawn(image, interlaced=True)], colours), "interlaced", MADE, tolerance=EXACT)
    clear, palette = holed()
    yield File("clear.gif", gif([drawn(clear, clear=255)], palette), "a transparent index", MADE, tolerance=EXACT)
    yield File("clear-interlaced.gif", gif([drawn(clear, clear=255, interlaced=True)], palette), "a transparent index, interlaced", MADE, tolerance=EXACT)
    for bits in (1, 2, 4):
        few, palette = palettised(scene(), 2**bits)
        yield File(f"colours-{2**bits}.gif", gif([drawn(few, bits=bits)], palette, bits), f"{2**bits} colours", MADE, tolerance=EXACT)
    for width, height in ((1, 1), (7, 5), (3, 9)):
        small, palette = palettised(scene(width, height))
        data = gif([drawn(small, interlaced=height == 9)], palette, size=(width, height))
        yield File(f"size-{width}x{height}.gif", data, f"{width} x {height} pixels{', interlaced' * (height == 9)}", MADE, tolerance=EXACT)
    yield File("local-palette.gif", gif([drawn(image, local=(colours, 8))]), "a palette of the frame, none of the file", MADE, tolerance=EXACT)
    noise = Image.frombytes("P", (64, 64), bytes((i * 7919 >> 5) & 255 for i in range(4096)))
    yield File("table-full.gif", gif([drawn(noise)], colours, size=(64, 64)), "LZW table full and kept", MADE, tolerance=EXACT)
    yield File("table-reset.gif", gif([drawn(noise, reset=1)], colours, size=(64, 64)), "LZW table full and begun anew", MADE, tolerance=EXACT)
    plain = drawn(image)
    yield File("version-87a.gif", gif([plain[8:]], colours, version=b"87a"), "GIF87a, no extensions", MADE, tolerance=EXACT)
    extras = b"\x21\xfe\5hello\0\x21\xff\x0bUNKNOWN 1.0\3abc\0\x21\1\x0c" + bytes(12) + b"\0"
    yield File("extensions.gif", gif([extras, drawn(image)], colours), "comment, application and plain text extensions", MADE, tolerance=EXACT)
    yield File("part-of-canvas.gif", gif([drawn(block(40), at=(12, 10))], colours, background=3), "one frame that is a part of the canvas: the rest is clear, whatever the background says", MADE, tolerance=EXACT)

    first, second = drawn(image), drawn(block(40), at=(4, 4))
    third = drawn(block(90), at=(26, 18))
    for dispose, name in enumerate(("any", "keep", "background", "previous")):
        frames = [drawn(image, dispose=1), drawn(block(40), at=(4, 4), dispose=dispose), third]
        yield File(f"animated-dispose-{name}.gif", gif(frames, colours, loops=0), f"animation: second frame disposed of by `{name}`", MADE, tolerance=EXACT)
    frames = [drawn(image, dispose=2), second, third]
    yield File("animated-first-cleared.gif", gif(frames, colours, loops=0), "animation: the first frame goes back to clear", MADE, tolerance=EXACT)
    frames = [drawn(image, dispose=3), second, third]
    yield File("animated-first-previous.gif", gif(frames, colours, loops=0), "animation: the first frame asks for what was before it", MADE, tolerance=EXACT)
    clear, palette = holed()
    moved, other = holed(0.35)
    frames = [drawn(clear, clear=255, dispose=2), drawn(moved, clear=255, local=(other, 8), dispose=2)]
    yield File("animated-clear.gif", gif(frames, palette, loops=0), "animation: transparent frames, each on clear ground, one with a palette of its own", MADE, tolerance=EXACT)
    frames = [drawn(image), drawn(moved, clear=255, local=(other, 8))]
    yield File("animated-clear-kept.gif", gif(frames, colours, loops=0), "animation: clear pixels show the frame before", MADE, tolerance=EXACT)
    frames = [drawn(image, interlaced=True), drawn(block(7), at=(6, 6), interlaced=True)]
    yield File("animated-interlaced.gif", gif(frames, colours, loops=0), "animation: interlaced parts", MADE, tolerance=EXACT)
    for loops in (None, 1, 3):
        name = "none" if loops is None else loops
        yield File(f"animated-loops-{name}.gif", gif([first, second], colours, loops=loops), f"animation: loop count {name}", MADE, tolerance=EXACT)
    frames = [drawn(image, delay=0), drawn(block(40), delay=1), drawn(block(90), delay=2), drawn(block(9), delay=300)]
    yield File("animated-times.gif", gif(frames, colours, loops=0), "animation: frames of 0, 10, 20 and 3000 ms", MADE, tolerance=EXACT)
    frames = [drawn(block(40), at=(12, 10)), drawn(image)]
    yield File("animated-first-is-part.gif", gif(frames, colours, loops=0), "animation: the first frame does not fill the canvas", MADE, tolerance=EXACT)

    yield File("frame-leaves-canvas.gif", gif([drawn(image, at=(20, 10))], colours), "a frame that is partly outside of the canvas", MADE, result="either", tolerance=EXACT, frames=[outside(image)])
    yield File("no-frame.gif", gif([], colours), "no frame at all", MADE, result="error")
    yield File("no-palette.gif", gif([drawn(image)]), "no palette anywhere: any colours will do", MADE, result="either", tolerance=(255, 255), frames=[scene().convert("RGBA")])
    yield File("cut.gif", still[: len(still) // 2], "cut off in its data", f"{MADE}, cut", result="error")
    yield File("no-trailer.gif", still[:-1], "all there but for the trailer", f"{MADE}, cut", result="either", tolerance=EXACT)
    yield File("rest-behind-end.gif", still + b"rest", "more bytes behind the trailer", MADE, tolerance=EXACT)


def outside(image):
    canvas = Image.new("RGBA", (WIDTH, HEIGHT))
    canvas.paste(image.convert("RGBA"), (20, 10))
    return canvas
