"""The photographs: fetched from Debian's archive, never kept in the repository."""

import re
import shutil
import subprocess
from pathlib import Path

PACKAGES = [
    "gnome-backgrounds",
    "mate-backgrounds",
    "plasma-workspace-wallpapers",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
]

# JPEG files of 6 to 20 megapixels under usr/share. A spread comes first: --photos takes the first few.
PHOTOS = [
    "backgrounds/Kleiber_by_Lukas_Baubkus.jpg",
    "backgrounds/sunset_by_Aitzol_Berasategi.jpg",
    "backgrounds/umang_by_Abhishek_Mudgal.jpg",
    "wallpapers/SafeLanding/contents/images/5120x2880.jpg",
    "backgrounds/seeding_by_Clements_Engelhardt.jpg",
    "backgrounds/Dragonfly_by_Bolly.jpg",
    "backgrounds/picosdeeuropa_by_Aitzol_Berasategi.jpg",
    "backgrounds/Infinite-Sea_by_Aury88.jpg",
    "backgrounds/life_by_Aitzol_Berasategi.jpg",
    "backgrounds/analogpattern_by_Peter_Nerlich.jpg",
    "backgrounds/Bridge_by_Sander_Klootwijk.jpg",
    "backgrounds/Fossa_by_Jasper_Roks.jpg",
    "backgrounds/Wine_by_Jakkub_Mede.jpg",
    "backgrounds/aitzgorri_by_Aitzol_Berasategi.jpg",
    "backgrounds/free_by_Peter_Nerlich.jpg",
    "backgrounds/greentock_by_Peter_Nerlich.jpg",
    "backgrounds/mate/abstract/Elephants_5640x3172.jpg",
    "wallpapers/Flow/contents/images/5120x2880.jpg",
    "wallpapers/Shell/contents/images/5120x2880.jpg",
    "wallpapers/Volna/contents/images/5120x2880.jpg",
]

# Files that are PNG from the start: renders and drawings.
PNGS = [
    "wallpapers/Canopee/contents/images/3840x2160.png",
    "wallpapers/Cascade/contents/images/3840x2160.png",
    "wallpapers/Kokkini/contents/images/3840x2160.png",
    "wallpapers/MilkyWay/contents/images/5120x2880.png",
]


class Unavailable(RuntimeError):
    """The photographs cannot be had; the text says why and what to do."""


def fetch(folder: Path) -> Path:
    """The folder usr/share with the photographs; downloads and unpacks what is missing."""
    share = folder / "usr/share"
    if all((share / name).is_file() for name in PHOTOS + PNGS):
        return share
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise Unavailable(f"{tool} is missing: the photographs come from Debian packages ({', '.join(PACKAGES)})")
    folder.mkdir(parents=True, exist_ok=True)
    print("fetching photographs from the Debian archive (once, about 200 MB unpacked)", flush=True)
    for package in PACKAGES:
        unpack(package, folder)
    missing = [name for name in PHOTOS + PNGS if not (share / name).is_file()]
    if missing:
        raise Unavailable(f"not in this release's packages: {', '.join(missing)}: see PHOTOS and PNGS in photos.py")
    return share


def unpack(package: str, folder: Path) -> None:
    """One package's files, without installing it; the package itself is not kept."""
    done = download(package, folder)
    if done.returncode != 0:
        # Lists that were never fetched, or are older than the archive. Only root may.
        subprocess.run(["apt-get", "-qq", "update"], check=False, capture_output=True)
        done = download(package, folder)
    found = sorted(folder.glob(f"{package}_*.deb"))
    if done.returncode != 0 or not found:
        raise Unavailable(f"apt-get download {package} failed: {done.stderr.strip() or 'no file came'}")
    subprocess.run(["dpkg", "-x", str(found[-1]), str(folder)], check=True)
    for file in found:
        file.unlink()


def download(package: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`apt-get download` needs no root, and writes to its working directory."""
    # As root it would hand over to a user who may not write here, and only warn.
    command = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", package]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def short(name: str) -> str:
    """A name for tables and derived files: `backgrounds/Dragonfly_by_Bolly.jpg` is `Dragonfly`."""
    parts = Path(name).parts
    word = parts[1] if parts[0] == "wallpapers" else re.split(r"_by_", Path(name).stem)[0]
    return word.replace(".", "-")
