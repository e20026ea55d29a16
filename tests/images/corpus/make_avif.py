"""The AVIF files."""

from PIL import Image

import icc
from scene import File, clear_scene, grey_scene, saved, scene

LOSSY = (4.0, 60)


def timeless(data):
    """Without the times of making in the boxes of an animation."""
    data = bytearray(data)
    for name in (b"mvhd", b"tkhd", b"mdhd"):
        at = data.find(name)
        while at >= 0:
            length = 16 if data[at + 4] == 1 else 8
            data[at + 8 : at + 8 + length] = bytes(length)
            at = data.find(name, at + 1)
    return bytes(data)


def made(tools):
    """All files."""
    def avifenc(*inputs, options=()):
        paths = [tools.write(f"in{i}.png", saved(image, "PNG")) for i, image in enumerate(inputs)]
        tools.run("avifenc", "--speed", "6", "--jobs", "1", "--min", "8", "--max", "16", *options, *paths, "-o", "out.avif")
        return timeless(tools.read("out.avif"))

    def file(name, covers, *inputs, options=(), tolerance=LOSSY, **more):
        made = "avifenc " + " ".join(str(o) for o in options if "/" not in str(o))
        return File(f"{name}.avif", avifenc(*inputs, options=options), covers, made.strip(), tolerance=tolerance, **more)

    for depth in (8, 10, 12):
        for sampling in (420, 422, 444, 400):
            image = grey_scene() if sampling == 400 else scene()
            yield file(f"{sampling}-{depth}", f"{depth} bits, {sampling}", image, options=("-y", sampling, "-d", depth))
    clear = clear_scene()
    for depth in (8, 10, 12):
        yield file(f"alpha-{depth}", f"alpha, {depth} bits", clear, options=("-y", 444, "-d", depth))
    yield file("alpha-420", "alpha, 420", clear, options=("-y", 420))
    yield file("alpha-400", "alpha on grey", clear.convert("LA"), options=("-y", 400))
    yield file("alpha-premultiplied", "alpha, colours premultiplied", clear, options=("-y", 444, "--premultiply"), tolerance=(5.0, 60))
    yield file("limited-range", "limited range", scene(), options=("-y", 444, "-r", "limited"))
    yield file("limited-range-420-10", "limited range, 420, 10 bits", scene(), options=("-y", 420, "-d", 10, "-r", "limited"))
    yield file("lossless", "lossless: identity matrix, GBR planes", scene(), options=("--lossless",), tolerance=(1.5, 6))
    yield file("matrix-bt709", "BT.709 matrix", scene(), options=("-y", 444, "--cicp", "1/13/1"))
    yield file("matrix-bt2020", "BT.2020 matrix", scene(), options=("-y", 444, "--cicp", "1/13/9"))
    for angle in (1, 2, 3):
        yield file(f"irot-{angle}", f"turned by {angle} quarters against the clock", scene(), options=("-y", 444, "--irot", angle))
    for mode in (0, 1):
        yield file(f"imir-{mode}", f"mirrored, mode {mode}", scene(), options=("-y", 444, "--imir", mode))
    yield file("irot-1-imir-0", "turned and mirrored", scene(), options=("-y", 444, "--irot", 1, "--imir", 0))
    yield file("clap", "cropped to 30 x 20 pixels by the container", scene(), options=("-y", 444, "--clap", "30,1,20,1,-3,1,4,1"), decoder="vips")
    tiles = [scene(128, 64).crop((x, 0, x + 64, 64)) for x in (0, 64)]
    yield file("grid-2x1", "a grid of two tiles", *tiles, options=("-y", 444, "--grid", "2x1"))
    tiles = [clear_scene(128, 128).crop((x, y, x + 64, y + 64)) for y in (0, 64) for x in (0, 64)]
    yield file("grid-2x2-alpha", "a grid of four tiles with alpha", *tiles, options=("-y", 444, "--grid", "2x2"))
    profile = tools.write("p3.icc", icc.DISPLAY_P3)
    yield file("icc-p3", "ICC profile Display P3", scene(), options=("-y", 444, "--icc", profile), tolerance=(4.0, 60), tags={"colour"})
    yield file("cicp-p3", "Display P3 by code points 12/13", scene(), options=("-y", 444, "--cicp", "12/13/6"), tolerance=(4.0, 60), decoder="p3", tags={"colour"})
    yield file("size-1x1", "1 x 1 pixels", scene(1, 1), options=("-y", 444))
    yield file("size-7x5", "7 x 5 pixels, 420", scene(7, 5), options=("-y", 420), tolerance=(9.0, 60))
    yield file("size-17x9-422", "17 x 9 pixels, 422", scene(17, 9), options=("-y", 422), tolerance=(6.0, 60))
    exif = Image.Exif()
    exif[0x0112] = 6
    note = tools.write("exif", exif.tobytes()[6:])
    yield file("exif-6", "EXIF orientation 6 and the same turn by irot, which alone counts: turned once", scene(), options=("-y", 444, "--ignore-exif", "--exif", note))
    frames = [scene(shift=s) for s in (0.0, 0.2, 0.4)]
    yield file("animated", "animation of three frames: the first stands for it", *frames, options=("-y", 420, "--timescale", 10), decoder="first")

    whole = avifenc(scene(), options=("-y", 420))
    yield File("cut.avif", whole[: len(whole) - 60], "cut off in its data", "avifenc, cut", result="error")
    yield File("cut-in-boxes.avif", whole[:120], "cut off in its boxes", "avifenc, cut", result="error")
    yield File("rest-behind-end.avif", whole + b"\0\0\0\x0cfreerest", "a free box behind the data", "avifenc, box added", tolerance=LOSSY)
