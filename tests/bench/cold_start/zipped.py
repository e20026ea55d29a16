"""The size of the zip that Lambda would get."""

import io
import zipfile
from pathlib import Path


def size(bootstrap: Path) -> int:
    """Bytes of a zip with the binary alone, deflated at the usual level, as `imgdeploy` packs it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr(zipfile.ZipInfo("bootstrap"), bootstrap.read_bytes(), zipfile.ZIP_DEFLATED, 6)
    return len(packed.getvalue())
