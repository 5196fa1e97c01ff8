"""Trees for the procedural photographs: rows of conifers and autumn woods."""

import numpy as np
from paint import Array, H, W, Y, below, clouds, mix, rgb, ridge, smooth


def tree_line(
    rng: np.random.Generator, ground: Array, low: float, high: float, grown: Array | None = None
) -> Array:
    """A mask of conifers standing on *ground*: tiered, ragged, each its own height.

    *grown* scales the height per column; where it is 0 no tree stands.
    """
    mask = below(ground)
    x = 0
    while x < W + 40:
        column = min(x, W - 1)
        scale = 1.0 if grown is None else float(grown[column])
        tall = rng.uniform(low, high) * H * rng.choice([1, 1, 0.75, 1.3]) * scale
        wide = max(tall * rng.uniform(0.15, 0.23), 8)
        if scale > 0.15:
            conifer(rng, mask, x, ground[column] * H + 12, tall, wide)
        x += int(rng.uniform(0.25, 1.15) * wide) + 4
    return mask


def conifer(
    rng: np.random.Generator, mask: Array, x: int, foot: float, tall: float, wide: float
) -> None:
    """Draw one tree into *mask*."""
    rows = np.arange(int(max(0, foot - tall)), min(H, int(foot)))
    down = np.clip((rows - (foot - tall)) / tall, 0, 1)
    tiers = 0.55 + 0.45 * ((down * tall / max(12, tall / 17) + rng.random()) % 1)
    left, right = max(0, x - int(wide * 1.3)), min(W, x + int(wide * 1.3))
    if right <= left or not len(rows):
        return
    for side in (-1, 1):
        half = wide * down**0.85 * tiers * rng.uniform(0.8, 1.15, len(rows)) + 1
        reach = side * (np.arange(left, right)[None, :] - x)
        tree = np.where(reach >= 0, np.clip(half[:, None] - reach + 0.5, 0, 1), 0)
        block = mask[rows[0] : rows[-1] + 1, left:right]
        np.maximum(block, tree.astype(np.float32), out=block)


LEAVES = ("#b4482c", "#cf7430", "#dba43c", "#9c3a2e", "#c58b38", "#87803c", "#66703c", "#d9b356")


def wood(rng: np.random.Generator, image: Array, shore: float, near: float) -> Array:
    """Paint one row of autumn trees, hazy when far, on a dark bank."""
    image = image.copy()
    foot = shore * H - (1 - near) * 0.05 * H
    haze = rgb("#dccdb8")
    pines = tree_line(
        rng, np.full(W, foot / H, np.float32), 0.06, 0.13, smooth(0.45, 0.6, ridge(rng, 6, 4))
    )
    pine = (
        mix(rgb("#26382c"), haze, 0.55 * (1 - near))
        * (0.85 + 0.3 * clouds(rng, (300, 200), 2))[..., None]
    )
    image = mix(image, pine.astype(np.float32), pines * (shore > Y))
    for _ in range(int(66 - 16 * near)):
        middle = rng.uniform(-0.02, 1.02) * W
        frame = 0.7 + 1.3 * (middle / W - 0.45) ** 2 * 3
        tall = rng.uniform(0.07, 0.14) * H * frame * (0.75 + 0.4 * near)
        tree(rng, image, (middle, foot, tall), (shore, 0.6 * (1 - near) ** 1.1), haze)
    bank = smooth(shore - 0.016, shore - 0.004, Y + 0.012 * (clouds(rng, (90, 4), 4) - 0.5))
    soil = rgb("#2a2a1e") * (0.7 + 0.8 * clouds(rng, (200, 160), 3))[..., None]
    return mix(image, soil.astype(np.float32), bank * near**2 * (shore > Y))


def tree(
    rng: np.random.Generator,
    image: Array,
    place: tuple[float, float, float],
    air: tuple[float, float],
    haze: Array,
) -> None:
    """Paint one tree as clumps of leaves, each clump lit from the upper right."""
    (middle, foot, tall), (shore, veil) = place, air
    wide = tall * rng.uniform(0.26, 0.42)
    leaf = rgb(str(rng.choice(LEAVES)))
    parts = []
    for _ in range(int(rng.integers(16, 26))):
        up = rng.beta(1.6, 1.6)
        spread = wide * np.sin(np.pi * (0.12 + 0.82 * up)) ** 0.7
        cx, cy = middle + rng.uniform(-0.85, 0.85) * spread, foot - tall * (0.14 + 0.8 * up)
        size = wide * rng.uniform(0.2, 0.42)
        count = int(60 + size * 9)
        angle, radius = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.random(count))
        xs = cx + np.cos(angle) * radius * size + rng.normal(0, 2, count)
        ys = cy + np.sin(angle) * radius * size * 0.72 + rng.normal(0, 2, count)
        light = 0.34 + 0.34 * up + 0.2 * (cx - middle) / wide + rng.normal(0, 0.05)
        light = light + 0.2 * (xs - cx) / size - 0.34 * (ys - cy) / size
        light = light + rng.normal(0, 0.1, count)
        tint = leaf * rng.uniform(0.85, 1.12, 3)
        parts.append((cy + rng.normal(0, wide * 0.2), xs, ys, light, tint))
    for _, xs, ys, light, tint in sorted(parts, key=lambda part: -part[0]):
        tone = np.clip(tint[None, :] * np.clip(light, 0.12, 1.4)[:, None], 0, 1)
        tone = tone + (haze - tone) * veil
        order = np.argsort(light)
        stamp(image, xs[order], ys[order], tone[order], 3, shore)


def stamp(image: Array, xs: Array, ys: Array, tone: Array, size: int, shore: float) -> None:
    """Set leaves, small squares of *size* pixels, later ones on top."""
    for dy in range(size):
        for dx in range(size):
            columns, rows = (xs + dx).astype(int), (ys + dy).astype(int)
            inside = (columns >= 0) & (columns < W) & (rows >= 0) & (rows < shore * H)
            image[rows[inside], columns[inside]] = np.clip(tone[inside], 0, 1)
