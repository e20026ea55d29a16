"""Makes the corpus: files/, references/, expected.json and the table in README.md.

Needs the Debian 12 packages libjpeg-turbo-progs (2.1.5), webp (1.2.4), libavif-bin (0.11.1),
imagemagick (6.9.11), and Python with

    pip install --require-hashes --requirement requirements.txt

Then: python make.py. What it writes is the same each time.
"""

import json
import shutil
from pathlib import Path

import make_avif
import make_gif
import make_jpeg
import make_png
import make_webp
import reference
from scene import Tools, saved

HERE = Path(__file__).parent
BEGIN, END = "<!-- table: written by make.py -->", "<!-- end of table -->"


def entry(file, tools):
    """What is expected of a file; its reference is written."""
    expected = {"file": file.name, "result": file.result}
    if file.tags:
        expected["tags"] = sorted(file.tags)
    if file.result in ("error", "shown"):
        return expected
    frames = [frame.convert("RGBA") for frame in reference.frames_of(file, tools)]
    name = f"{file.name}.png"
    (HERE / "references" / name).write_bytes(saved(reference.reduced(frames), "PNG", optimize=True))
    mean, largest = file.tolerance
    size = {"width": frames[0].width, "height": frames[0].height, "frames": len(frames)}
    return {**expected, **size, "mean": mean, "max": largest}


def main():
    for folder in ("files", "references"):
        shutil.rmtree(HERE / folder, ignore_errors=True)
        (HERE / folder).mkdir()
    tools, table, expected = Tools(), [], []
    for maker in (make_jpeg, make_png, make_webp, make_gif, make_avif):
        for file in maker.made(tools):
            (HERE / "files" / file.name).write_bytes(file.data)
            expected.append(entry(file, tools))
            table.append(f"| `{file.name}` | {file.covers} | {file.made} | {file.result} |")
    tools.close()
    names = [e["file"] for e in expected]
    assert len(set(names)) == len(names), "a name is there twice"
    lines = ",\n".join(json.dumps(e) for e in expected)
    (HERE / "expected.json").write_text(f"[\n{lines}\n]\n")
    readme = HERE / "README.md"
    head, rest = readme.read_text().split(BEGIN)
    rows = "\n".join(["| file | covers | made with | expected |", "|---|---|---|---|", *table])
    readme.write_text(f"{head}{BEGIN}\n{rows}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
