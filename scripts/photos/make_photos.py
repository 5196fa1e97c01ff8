"""Render the album that the photo API serves: six procedural photographs and ``album.json``.

Run with ``make photos``; the seed is fixed, so the pictures come out the same every time.
"""

import io
import json
from pathlib import Path

import numpy as np
from paint import HEIGHT, WIDTH, developed
from PIL import Image
from scenes_day import autumn_lake, dawn_ridges, desert
from scenes_night import aurora, moon_path, skyline

ALBUM = Path(__file__).parents[2] / "authserver" / "photos"
LIMIT = 90_000  # bytes a picture may take


SCENES = (
    (
        dawn_ridges,
        "Ridges at dawn",
        "Mist in the valleys, half an hour after sunrise.",
        "Blue mountain ridges fade into golden mist under a low sun.",
    ),
    (
        moon_path,
        "The moon's road",
        "A full moon over a quiet sea.",
        "A full moon stands over the sea and draws a path of light to the shore.",
    ),
    (
        desert,
        "Evening dunes",
        "Low sun on the crests, long shade in the hollows.",
        "Orange sand dunes with sharp crests, one side lit, the other in shade.",
    ),
    (
        aurora,
        "Northern lights",
        "Green curtains over a frozen lake.",
        "Green and violet northern lights above dark pines, mirrored in a frozen lake.",
    ),
    (
        skyline,
        "Blue hour",
        "The first windows light up across the water.",
        "A city skyline at dusk with lit windows, reflected in calm water.",
    ),
    (
        autumn_lake,
        "October lake",
        "Every colour twice.",
        "Red and yellow trees on a lake shore and their reflection in still water.",
    ),
)


def saved(picture: Image.Image, path: Path) -> None:
    """Write the best JPEG that stays under the limit."""
    for quality in range(92, 40, -2):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= LIMIT:
            path.write_bytes(buffer.getvalue())
            print(f"{path.name}: {buffer.tell():,} bytes at quality {quality}")
            return
    raise SystemExit(f"{path.name} does not fit into {LIMIT:,} bytes.")


def main() -> None:
    """Render every scene and describe them all in ``album.json``."""
    ALBUM.mkdir(parents=True, exist_ok=True)
    album = []
    for seed, (scene, title, description, alt) in enumerate(SCENES, start=2014):
        name = scene.__name__.replace("_", "-")
        rng = np.random.default_rng(seed)
        saved(developed(scene(rng), rng), ALBUM / f"{name}.jpg")
        entry = {"id": name, "title": title, "description": description, "alt": alt}
        album.append({**entry, "file": f"{name}.jpg", "width": WIDTH, "height": HEIGHT})
    (ALBUM / "album.json").write_text(json.dumps(album, indent=2) + "\n")


if __name__ == "__main__":
    main()
