"""What a file shows, according to decoders that are not ours."""

import io

import numpy as np
import pyvips
from PIL import Image, ImageCms, ImageOps

import icc

SRGB = ImageCms.createProfile("sRGB")
# Widest a reference is, in pixels.
WIDEST = 24


def in_srgb(image, profile):
    """Colours of `profile` as sRGB; alpha stays."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    rgba = image.convert("RGBA")
    rgb = ImageCms.profileToProfile(rgba.convert("RGB"), source, SRGB, outputMode="RGB")
    rgb.putalpha(rgba.getchannel("A"))
    return rgb


def pillow(data, still=False):
    """All frames as seen, RGBA."""
    image = Image.open(io.BytesIO(data))
    frames = []
    for index in range(1 if still else getattr(image, "n_frames", 1)):
        image.seek(index)
        seen = ImageOps.exif_transpose(image)
        profile = image.info.get("icc_profile")
        frames.append(in_srgb(seen, profile) if profile else seen.convert("RGBA"))
    return frames


def vips(data):
    """The picture as seen, RGBA; 16 bits rounded to 8."""
    image = pyvips.Image.new_from_buffer(data, "").autorot()
    values = image.numpy()
    if values.dtype == np.uint16:
        values = (values.astype(int) + 128) // 257
    values = values.reshape(image.height, image.width, -1).astype(np.uint8)
    if values.shape[2] < 3:
        values = np.dstack([values[..., :1]] * 3 + [values[..., 1:]])
    return [Image.fromarray(values).convert("RGBA")]


def magick(data, tools):
    """All frames of a GIF. The one decoder that leaves out the background colour, as viewers do."""
    tools.run("convert-im6.q16", "gif:-", "-coalesce", "png32:frame-%03d.png", stdin=data)
    paths = sorted(tools.folder.glob("frame-*.png"))
    frames = [Image.open(path).convert("RGBA") for path in paths]
    for path in paths:
        path.unlink()
    return frames


def frames_of(file, tools):
    """The frames as seen, RGBA and sRGB."""
    if file.frames is not None:
        return file.frames
    if file.name.endswith(".gif"):
        return magick(file.data, tools)
    if file.decoder == "vips":
        return vips(file.data)
    if file.decoder == "djpeg":
        return [Image.open(io.BytesIO(tools.run("djpeg", "-ppm", stdin=file.data))).convert("RGBA")]
    if file.decoder == "p3":
        return [in_srgb(image, icc.DISPLAY_P3) for image in pillow(file.data)]
    return pillow(file.data, still=file.decoder == "first")


def reduced(frames):
    """All frames, one below the other, at most WIDEST pixels wide: Lanczos with three lobes, premultiplied."""
    width, height = frames[0].size
    to = min(WIDEST, width)
    size = (to, max(1, (2 * height * to + width) // (2 * width)))
    strip = Image.new("RGBA", (to, size[1] * len(frames)))
    for index, frame in enumerate(frames):
        small = frame if frame.size == size else frame.resize(size, Image.Resampling.LANCZOS)
        strip.paste(small, (0, index * size[1]))
    return strip
