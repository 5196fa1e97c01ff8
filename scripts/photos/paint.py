"""Brushes for the procedural photographs: noise, gradients, terrain, light and film.

Images are float arrays of shape (height, width, 3) between 0 and 1, painted at twice the final
size and reduced at the end, which antialiases every edge.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]
Stops = Sequence[tuple[float, str]]

WIDTH, HEIGHT, SCALE = 1200, 800, 2
W, H = WIDTH * SCALE, HEIGHT * SCALE
X, Y = np.meshgrid(np.linspace(0, 1, W, dtype=np.float32), np.linspace(0, 1, H, dtype=np.float32))


def rgb(code: str) -> Array:
    """A colour such as ``#f4c095`` as three floats."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255


def ramp(value: Array, stops: Stops) -> Array:
    """Colours for *value*, blended smoothly between the (position, colour) stops."""
    at = [position for position, _ in stops]
    table = np.stack([rgb(code) for _, code in stops])
    channels = [np.interp(value, at, table[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def mix(a: Array, b: Array, share: Array | float) -> Array:
    """*a* where share is 0, *b* where it is 1."""
    weight = np.asarray(share, np.float32)
    if weight.ndim == 2:
        weight = weight[..., None]
    return (a + (b - a) * weight).astype(np.float32)


def screen(a: Array, light: Array) -> Array:
    """Add light the way film does: it brightens and never burns out."""
    return np.asarray((1 - (1 - a) * (1 - np.clip(light, 0, 1))).astype(np.float32))


def smooth(low: float, high: float, value: Array) -> Array:
    """0 below *low*, 1 above *high*, an S curve between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def resized(values: Array, width: int, height: int) -> Array:
    """*values* as a grid of another size, interpolated."""
    picture = Image.fromarray(values.astype(np.float32))
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def clouds(
    rng: np.random.Generator,
    cells: tuple[int, int],
    octaves: int = 5,
    size: tuple[int, int] = (W, H),
    gain: float = 0.5,
) -> Array:
    """Fractal noise between 0 and 1 on *size*; *cells* says how coarse, across and down."""
    total = np.zeros((size[1], size[0]), np.float32)
    weight = 1.0
    for octave in range(octaves):
        across, down = (n * 2**octave + 3 for n in cells)
        grid = rng.random((min(down, size[1]), min(across, size[0])), dtype=np.float32)
        total += weight * resized(grid, *size)
        weight *= gain
    low, high = np.percentile(total, [0.5, 99.5])
    return np.asarray(np.clip((total - low) / (high - low), 0, 1).astype(np.float32))


def ridge(rng: np.random.Generator, cells: int, octaves: int = 8, gain: float = 0.5) -> Array:
    """A fractal skyline: one height between 0 and 1 for every column."""
    return np.asarray(clouds(rng, (cells, 1), octaves, (W, 8), gain)[4])


def below(line: Array, softness: float = 1.2 / H) -> Array:
    """A mask of everything under a skyline given in picture heights."""
    return smooth(-softness, softness, Y - line[None, :])


def glow(x: float, y: float, radius: float, power: float = 2.0) -> Array:
    """Round light around a point, 1 in its middle; *radius* in picture heights."""
    distance = np.hypot((X - x) * (W / H), Y - y) / radius
    return np.asarray((1 / (1 + distance**power)).astype(np.float32))


def disc(x: float, y: float, radius: float) -> Array:
    """A crisp round mask; *radius* in picture heights."""
    distance = np.hypot((X - x) * (W / H), Y - y)
    return 1 - smooth(radius - 1.5 / H, radius + 1.5 / H, distance)


def blurred(image: Array, across: float, down: float) -> Array:
    """*image* softened by that many pixels, by reducing and enlarging it."""
    size = (max(4, int(W / max(1, across))), max(4, int(H / max(1, down))))
    channels = []
    for c in range(image.shape[2]):
        small = Image.fromarray(image[..., c]).resize(size, Image.Resampling.BOX)
        channels.append(resized(np.asarray(small, np.float32), W, H))
    return np.stack(channels, axis=-1)


def shifted(image: Array, dx: Array, dy: Array) -> Array:
    """*image* looked up at every pixel plus an offset in picture sizes."""
    columns = np.clip((X + dx) * (W - 1), 0, W - 1).astype(np.int32)
    rows = np.clip((Y + dy) * (H - 1), 0, H - 1).astype(np.int32)
    return image[rows, columns]


def terrain(
    height: Callable[[Array, Array], Array],
    eye: float,
    horizon: float,
    depth: tuple[float, float],
    slices: int = 3600,
) -> tuple[Array, Array, Array]:
    """Look over a landscape: for every pixel the ground point (x, z) seen and whether any is.

    Marches away from the eye in ever longer steps and keeps, for each column, what is not hidden.
    """
    z = np.geomspace(*depth, slices, dtype=np.float32)[:, None]
    x = (X[:1] - 0.5) * 1.5 * z
    rows = horizon - (height(x, np.broadcast_to(z, x.shape)) - eye) / z
    seen = np.minimum.accumulate(rows, axis=0)
    levels = Y[:, 0]
    index = np.empty((H, W), np.float32)
    for column in range(W):
        line = -seen[:, column]
        index[:, column] = np.searchsorted(line, -levels)
    hit = index < slices
    low = np.clip(index - 1, 0, slices - 1).astype(np.int32)
    high = np.clip(index, 0, slices - 1).astype(np.int32)
    first, second = np.take_along_axis(seen, low, 0), np.take_along_axis(seen, high, 0)
    part = np.clip((first - Y) / np.maximum(first - second, 1e-7), 0, 1)
    depths = z[low, 0] + (z[high, 0] - z[low, 0]) * part
    return ((X - 0.5) * 1.5 * depths).astype(np.float32), depths, hit.astype(np.float32)


def developed(image: Array, rng: np.random.Generator, grain: float = 0.006) -> Image.Image:
    """The finished photograph: a gentle lens shadow, film grain, and the final size."""
    corner = np.hypot(X - 0.5, (Y - 0.5) * 0.9)
    image = image * (1 - 0.28 * smooth(0.35, 0.78, corner))[..., None]
    small = Image.fromarray((np.clip(image, 0, 1) * 255).astype(np.uint8))
    values = np.asarray(small.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), np.float32)
    noise = rng.normal(0, 255 * grain, values.shape[:2])[..., None]
    return Image.fromarray(np.clip(values + noise + 0.5, 0, 255).astype(np.uint8))
