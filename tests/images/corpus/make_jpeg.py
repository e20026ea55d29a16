"""The JPEG files."""

import io
import struct

import imagecodecs
import numpy as np
from PIL import Image

import icc
from scene import HEIGHT, WIDTH, File, clear_scene, grey_scene, orient, saved, scene

# Coarser chroma is made finer in more than one way, and small outputs may come from fewer coefficients.
LOSSY, CHROMA = (3.0, 30), (4.0, 60)


def ppm(image):
    return saved(image, "PPM")


def segments(data):
    """(marker, start, end) up to the first scan."""
    at = 2
    while data[at + 1] != 0xDA:
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        yield data[at + 1], at, at + 2 + length
        at += 2 + length
    yield 0xDA, at, len(data)


def without(data, *markers):
    return data[:2] + b"".join(data[a:b] for m, a, b in segments(data) if m not in markers)


def with_segment(data, marker, body):
    return data[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + data[2:]


def cmyk_inks(image):
    """Cyan, magenta, yellow, black of a picture, 255 is full ink."""
    rgb = np.asarray(image).astype(float) / 255
    black = 1 - rgb.max(axis=-1, keepdims=True)
    inks = (1 - rgb - black) / np.maximum(1 - black, 1e-6)
    return (np.concatenate([inks, black], axis=-1) * 255 + 0.5).astype(np.uint8)


def from_inks(inks):
    inks = inks.astype(float) / 255
    rgb = (1 - inks[..., :3]) * (1 - inks[..., 3:])
    return [Image.fromarray((rgb * 255 + 0.5).astype(np.uint8), "RGB").convert("RGBA")]


def four(values):
    """Four components as Pillow writes them: Adobe marker, each value stored as 255 less itself."""
    return saved(Image.fromarray(values, "CMYK"), "JPEG", quality=95, subsampling=0)


def ycck(image):
    inks = cmyk_inks(image)
    # Decoders get 255 less red, green and blue out of the first three, which are inverted inks.
    colours = Image.fromarray(inks[..., :3], "RGB").convert("YCbCr")
    stored = np.dstack([np.asarray(colours), 255 - inks[..., 3]])
    data = bytearray(four(255 - stored))
    adobe = data.index(b"Adobe")
    data[adobe + 11] = 2
    return bytes(data), inks


def usual(tools):
    rgb, grey = ppm(scene()), ppm(grey_scene())
    cjpeg = lambda *options, source=rgb: tools.run("cjpeg", "-quality", "90", *options, stdin=source)
    for name, sample in (("444", "1x1"), ("440", "1x2"), ("422", "2x1"), ("420", "2x2"), ("411", "4x1")):
        tolerance = LOSSY if name == "444" else CHROMA
        yield f"baseline-{name}", cjpeg("-baseline", "-sample", sample), f"baseline, sampling {name}", tolerance
        # Four columns share one sample of chroma: how it is spread makes a difference at the scene's edges.
        wide = (6.0, 75) if name == "411" else tolerance
        yield f"progressive-{name}", cjpeg("-progressive", "-sample", sample), f"progressive, {name}", wide
    yield "sampling-410", cjpeg("-sample", "4x2"), "baseline, chroma at a quarter by a half", CHROMA
    yield "sampling-luma-halved", cjpeg("-sample", "1x1,2x1,2x1"), "chroma finer than luma", CHROMA
    yield "grey", cjpeg("-grayscale", source=grey), "one component", LOSSY
    yield "grey-2x2", cjpeg("-grayscale", "-sample", "2x2", source=grey), "one component with sampling 2x2", LOSSY
    yield "grey-progressive", cjpeg("-grayscale", "-progressive", source=grey), "one component, progressive", LOSSY
    yield "rgb", cjpeg("-rgb"), "components R, G, B, not converted", LOSSY
    yield "optimised", cjpeg("-optimize"), "Huffman tables of its own", CHROMA
    yield "restart-each-block", cjpeg("-restart", "1B"), "restart marker after each MCU", CHROMA
    yield "restart-each-row", cjpeg("-restart", "1"), "restart marker after each row of MCUs", CHROMA
    yield "restart-progressive", cjpeg("-progressive", "-restart", "2B"), "progressive with restart markers", CHROMA
    coarse = tools.run("cjpeg", "-quality", "1", stdin=rgb)
    yield "quantisation-16-bit", coarse, "16-bit quantisation tables (extended sequential)", CHROMA

    scans = {"parts": "0;1;2;", "parts-luma-first": "0;1,2;", "parts-reversed": "2;1;0;"}
    for name, text in scans.items():
        tools.write("scans", text.replace(";", ";\n").encode())
        for sample in ("1x1", "2x2"):
            data = cjpeg("-baseline", "-sample", sample, "-scans", "scans")
            yield f"{name}-{sample}", data, f"baseline in scans `{text}`, sampling {sample}", CHROMA
    tools.write("scans", b"0,1,2: 0-0, 0, 0;\n0: 1-5, 0, 0;\n0: 6-63, 0, 0;\n1: 1-63, 0, 0;\n2: 1-63, 0, 0;\n")
    yield "progressive-no-refinement", cjpeg("-scans", "scans"), "progressive without successive approximation", CHROMA
    tools.write("scans", b"0: 0-0, 0, 2;\n1: 0-0, 0, 2;\n2: 0-0, 0, 2;\n0: 1-63, 0, 0;\n1: 1-63, 0, 0;\n2: 1-63, 0, 0;\n0: 0-0, 2, 1;\n1: 0-0, 2, 1;\n2: 0-0, 2, 1;\n0: 0-0, 1, 0;\n1: 0-0, 1, 0;\n2: 0-0, 1, 0;\n")
    yield "progressive-dc-last", cjpeg("-scans", "scans"), "DC in its own scans, refined at the very end", CHROMA


def sizes(tools):
    for width, height in ((1, 1), (7, 5), (17, 9), (8, 8), (16, 16), (1, 33), (33, 1)):
        small = ppm(scene(width, height))
        for sample, kind in (("2x2", "-baseline"), ("2x1", "-progressive")):
            data = tools.run("cjpeg", "-quality", "92", kind, "-sample", sample, stdin=small)
            yield f"size-{width}x{height}-{sample}{kind}", data, f"{width} x {height} pixels, sampling {sample}, {kind[1:]}", CHROMA


def made(tools):
    """All files."""
    for name, data, covers, tolerance in [*usual(tools), *sizes(tools)]:
        yield File(f"{name}.jpg", data, covers, "cjpeg", tolerance=tolerance)

    for tag in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = tag
        data = saved(orient(scene(), tag), "JPEG", quality=90, exif=exif, subsampling=2)
        yield File(f"exif-{tag}.jpg", data, f"EXIF orientation {tag}", "Pillow", tolerance=CHROMA)
    thumbnail = saved(grey_scene(16, 12), "JPEG")
    exif = Image.Exif()
    exif[0x0112] = 3
    tiff = exif.tobytes()
    with_thumbnail = with_segment(saved(orient(scene(), 3), "JPEG", quality=90), 0xE1, tiff + thumbnail)
    yield File("exif-thumbnail.jpg", with_thumbnail, "orientation 3, and another JPEG inside of the EXIF segment", "Pillow, segment added", tolerance=CHROMA)

    for name, profile in (("p3", icc.DISPLAY_P3), ("adobe-rgb", icc.ADOBE_RGB)):
        data = saved(scene(), "JPEG", quality=92, subsampling=0, icc_profile=profile)
        yield File(f"icc-{name}.jpg", data, f"ICC profile {name}", "Pillow", tolerance=LOSSY, tags={"colour"})
    plain = saved(scene(), "JPEG", quality=92, subsampling=0)
    halves = icc.DISPLAY_P3[:200], icc.DISPLAY_P3[200:]
    split = plain
    for part in (2, 1):
        split = with_segment(split, 0xE2, b"ICC_PROFILE\0" + bytes([part, 2]) + halves[part - 1])
    yield File("icc-two-segments.jpg", split, "ICC profile Display P3 in two segments", "Pillow, segments added", tolerance=LOSSY, tags={"colour"})
    # Order of segments as they come in the file counts for nothing: their numbers do.
    turned = plain
    for part in (1, 2):
        turned = with_segment(turned, 0xE2, b"ICC_PROFILE\0" + bytes([part, 2]) + halves[part - 1])
    yield File("icc-segments-turned.jpg", turned, "ICC profile Display P3, second segment first", "Pillow, segments added", tolerance=LOSSY, tags={"colour"})
    yield File("icc-broken.jpg", saved(scene(), "JPEG", quality=92, subsampling=0, icc_profile=b"no profile" * 20), "an ICC profile that is none", "Pillow", tolerance=LOSSY, frames=[scene().convert("RGBA")])

    inks = cmyk_inks(scene())
    adobe = four(inks)
    yield File("cmyk-adobe.jpg", adobe, "CMYK, Adobe marker: inks stored inverted", "Pillow", tolerance=LOSSY, frames=from_inks(inks), tags={"cmyk"})
    yield File("cmyk-no-adobe.jpg", without(four(255 - inks), 0xEE), "CMYK without Adobe marker: inks stored as they are", "Pillow, marker removed", tolerance=LOSSY, frames=from_inks(inks), tags={"cmyk"})
    data, inks = ycck(scene())
    yield File("ycck-adobe.jpg", data, "YCCK, Adobe marker", "Pillow, marker's transform set", tolerance=LOSSY, frames=from_inks(inks), tags={"cmyk"})
    rgb = with_segment(without(tools.run("cjpeg", "-quality", "92", "-rgb", stdin=ppm(scene())), 0xEE, 0xE0), 0xEE, b"Adobe\0\x64\0\0\0\0\0")
    for at, component in ((0, 1), (3, 2), (6, 3)):
        rgb = renamed(rgb, at // 3, component)
    yield File("rgb-adobe.jpg", rgb, "RGB told by the Adobe marker alone, components 1, 2, 3", "cjpeg, markers changed", tolerance=LOSSY)

    arrays = np.asarray(scene())
    for name, options, result in (
        ("lossless", {"lossless": True, "bitspersample": 8}, "either"),
        ("12-bit", {"bitspersample": 12, "level": 95}, "either"),
    ):
        values = arrays.astype(np.uint16) * 16 if name == "12-bit" else arrays
        data = imagecodecs.jpeg8_encode(values, **options)
        yield File(f"{name}.jpg", data, f"{name} JPEG", "imagecodecs", result=result, tolerance=CHROMA, frames=[scene().convert("RGBA")])
    for name, options in (("arithmetic", ()), ("arithmetic-progressive", ("-progressive",))):
        data = tools.run("cjpeg", "-quality", "90", "-arithmetic", *options, stdin=ppm(scene()))
        yield File(f"{name}.jpg", data, f"{name.replace('-', ' coding, ')}", "cjpeg", result="either", tolerance=CHROMA, decoder="djpeg")

    whole = tools.run("cjpeg", "-quality", "90", stdin=ppm(scene()))
    progressive = tools.run("cjpeg", "-quality", "90", "-progressive", stdin=ppm(scene()))
    yield File("cut-in-scan.jpg", whole[: len(whole) * 2 // 3], "cut off in its only scan", "cjpeg, cut", result="shown")
    yield File("cut-progressive.jpg", progressive[: len(progressive) // 2], "progressive, cut off between its scans", "cjpeg, cut", result="shown")
    yield File("cut-in-header.jpg", whole[:100], "cut off before its scan", "cjpeg, cut", result="error")
    yield File("no-end-marker.jpg", whole[:-2], "all there but for the EOI marker", "cjpeg, cut", result="either", tolerance=CHROMA, frames=pillow(whole))
    yield File("rest-behind-end.jpg", whole + b"\0" * 50 + b"rest", "more bytes behind the EOI marker", "cjpeg, bytes added", tolerance=CHROMA)
    yield File("second-image-behind.jpg", whole + saved(grey_scene(8, 8), "JPEG"), "a second JPEG behind the first", "cjpeg, Pillow", tolerance=CHROMA)
    filled = whole[:2] + b"".join(b"\xff\xff\xff" + whole[a:b] for _, a, b in segments(whole))
    yield File("fill-bytes.jpg", filled, "fill bytes before each marker", "cjpeg, bytes added", tolerance=CHROMA)
    extra = with_segment(with_segment(whole, 0xFE, b"a comment\xff\xd9"), 0xED, b"Photoshop 3.0\0" + bytes(200))
    yield File("odd-segments.jpg", extra, "a comment with an EOI marker inside, an APP13 segment", "cjpeg, segments added", tolerance=CHROMA)
    yield File("no-jfif.jpg", without(whole, 0xE0), "no JFIF and no Adobe marker", "cjpeg, marker removed", tolerance=CHROMA)
    tables = tools.run("cjpeg", "-quality", "90", "-baseline", stdin=ppm(scene()))
    yield File("no-huffman-tables.jpg", without(tables, 0xC4), "no Huffman tables, as in motion JPEG", "cjpeg, tables removed", result="either", tolerance=CHROMA, frames=pillow(tables))
    yield File("height-later.jpg", height_zero(whole), "height 0 in the frame header, DNL marker behind the scan", "cjpeg, changed", result="either", tolerance=CHROMA, frames=pillow(whole))


def renamed(data, index, component):
    """Another id for a component, in the frame and scan headers."""
    data = bytearray(data)
    for marker, at, _ in list(segments(bytes(data))):
        if marker in (0xC0, 0xC1, 0xC2):
            data[at + 10 + 3 * index] = component
        if marker == 0xDA:
            data[at + 5 + 2 * index] = component
    return bytes(data)


def height_zero(data):
    data = bytearray(data)
    for marker, at, _ in segments(bytes(data)):
        if marker == 0xC0 or marker == 0xC1:
            data[at + 5 : at + 7] = b"\0\0"
    return bytes(data[:-2]) + b"\xff\xdc\0\4" + struct.pack(">H", HEIGHT) + bytes(data[-2:])


def pillow(data):
    return [Image.open(io.BytesIO(data)).convert("RGBA")]
