"""thumbor's default engine (Pillow), in this process: what a thumbor server does between loading and answering."""

import sys
from pathlib import Path

# Its package has the name of this file.
HERE = str(Path(__file__).parent)
sys.path.remove(HERE)
from thumbor.config import Config  # noqa: E402
from thumbor.context import Context  # noqa: E402
from thumbor.engines.pil import Engine  # noqa: E402

sys.path.insert(0, HERE)
from loop import Want, serve  # noqa: E402

CONTEXT = Context(config=Config())


def output(data: bytes, path: Path, want: Want) -> bytes:
    """One output; thumbor does not make animated WebP of a GIF."""
    if want.get("animated"):
        raise RuntimeError("thumbor makes no animated WebP of a GIF")
    engine = Engine(CONTEXT)
    engine.load(data, path.suffix)
    width, height = engine.size
    engine.resize(want["width"], max(1, round(height * want["width"] / width)))
    return engine.read({"jpeg": ".jpg"}.get(want["format"], f".{want['format']}"), want.get("quality"))


serve(output)
