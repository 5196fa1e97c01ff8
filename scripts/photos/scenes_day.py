"""The photographs taken by daylight: mountains at dawn, dunes, an autumn lake."""

import numpy as np
from paint import (
    Array,
    Y,
    below,
    blurred,
    clouds,
    disc,
    glow,
    mix,
    ramp,
    rgb,
    ridge,
    screen,
    shifted,
    smooth,
    terrain,
)
from sea import waves
from trees import tree_line, wood


def dawn_ridges(rng: np.random.Generator) -> Array:
    """Mountain ridges behind one another, valleys full of mist, the sun just up."""
    sky = ramp(
        Y,
        [(0, "#3b4a7a"), (0.2, "#7a7fae"), (0.36, "#d8a7ae"), (0.5, "#f7c9a0"), (0.6, "#fde3b8")],
    )
    cirrus = clouds(rng, (3, 14), 6) * smooth(0.5, 0.1, Y)
    image = screen(sky, (smooth(0.5, 1.0, cirrus) * 0.4)[..., None] * rgb("#ffd9c0"))
    sun = (0.585, 0.345)
    image = screen(image, glow(*sun, 0.16, 1.7)[..., None] * rgb("#ffcf8a") * 0.9)
    image = mix(image, np.ones_like(image) * rgb("#fff6dc"), disc(*sun, 0.028))
    layers = 8
    for n in range(layers):
        near = n / (layers - 1)
        heights = ridge(rng, 3 + n % 3, 9, 0.46 + 0.05 * (1 - near))
        peaks = heights**1.3
        line = 0.49 + 0.47 * near**1.25 - (0.2 - 0.05 * near) * peaks
        body = mix(rgb("#e3b3a4"), rgb("#141d38"), near**0.72)
        haze = mix(rgb("#fcd9b4"), rgb("#6b6a8e"), near**0.9)
        depth = np.clip((Y - line[None, :]) / (0.11 + 0.1 * near), 0, 1)
        slopes = clouds(rng, (26, 18), 5)
        relief = np.gradient(slopes, axis=1) * (2.5 + 5 * near)
        layer = mix(body * np.ones_like(image), haze * np.ones_like(image), depth**1.6 * 0.85)
        layer = np.clip(layer * (1 + relief * (1 - depth))[..., None], 0, 1)
        lit = glow(sun[0], line.mean(), 0.5, 2)[..., None] * rgb("#ff9d5c") * (0.28 * (1 - near))
        image = mix(image, screen(layer, lit), below(line))
        mist = smooth(0.45, 0.95, clouds(rng, (3, 7), 5)) * np.exp(
            -(((Y - line[None, :] - 0.1) / 0.05) ** 2)
        )
        image = mix(image, haze * np.ones_like(image), mist * 0.55 * (1 - 0.6 * near))
    trees = tree_line(rng, 0.965 - 0.05 * ridge(rng, 2, 3), 0.03, 0.075)
    return mix(image, np.ones_like(image) * rgb("#0b1226"), trees)


def desert(rng: np.random.Generator) -> Array:
    """Dunes with knife-edge crests in low evening light."""
    noise = clouds(rng, (7, 7), 3, (1024, 1024))
    fine = clouds(rng, (24, 24), 3, (1024, 1024))

    def sample(grid: Array, x: Array, z: Array) -> Array:
        u, v = np.abs(x % 2 - 1) * 1022, np.abs(z % 2 - 1) * 1022  # mirrored: no seams
        i, j = u.astype(np.int32), v.astype(np.int32)
        fu, fv = u - i, v - j
        top = grid[j, i] * (1 - fu) + grid[j, i + 1] * fu
        low = grid[j + 1, i] * (1 - fu) + grid[j + 1, i + 1] * fu
        return np.asarray((top * (1 - fv) + low * fv).astype(np.float32))

    def height(x: Array, z: Array) -> Array:
        bend = sample(noise, x * 0.030 + 0.35, z * 0.030 + 0.2)
        bend2 = sample(noise, x * 0.085 + 0.7, z * 0.085 + 0.6)
        phase = (x * 0.11 + z * 0.23 + 3.0 * bend + 0.55 * bend2) % 1
        profile = np.minimum(phase / 0.7, (1 - phase) / 0.3)
        profile = profile * profile * (1.75 - 0.75 * profile)
        tall = 0.35 + 1.1 * sample(noise, x * 0.021 + 0.1, z * 0.021 + 0.8)
        swell = sample(fine, x * 0.02, z * 0.02) * 0.12
        return (0.95 * tall * profile + swell).astype(np.float32) / (1 + (z / 34) ** 2)

    x, z, hit = terrain(height, eye=1.75, horizon=0.36, depth=(1.6, 70))
    step = 0.004 + 0.004 * z
    slope_x = (height(x + step, z) - height(x - step, z)) / (2 * step)
    slope_z = (height(x, z + step) - height(x, z - step)) / (2 * step)
    ripple = np.sin((x * 0.5 + z * 1.2 + 0.5 * sample(noise, x * 0.15, z * 0.15)) * 70)
    slope_x = slope_x + 0.07 * ripple * smooth(9, 2, z)
    sun = np.array([-0.86, 0.36, 0.28])
    normal = 1 / np.sqrt(1 + slope_x**2 + slope_z**2)
    lit = (-slope_x * sun[0] + sun[1] - slope_z * sun[2]) * normal
    shade = smooth(-0.12, 0.85, lit.astype(np.float32))
    sand = ramp(
        shade,
        [(0, "#4a2440"), (0.25, "#8a3f3f"), (0.5, "#cf7440"), (0.8, "#f2ae66"), (1, "#ffd79a")],
    )
    sand = sand * (0.96 + 0.08 * sample(fine, x * 0.6, z * 0.6))[..., None]
    far = 1 - np.exp(-((z / 26) ** 1.4))
    sand = mix(sand, rgb("#f0b99a") * np.ones_like(sand), far * 0.92)
    sky = ramp(Y / 0.4, [(0, "#3d5f94"), (0.45, "#8fa3bd"), (0.8, "#f0c6a4"), (1, "#fbd2a2")])
    wisps = smooth(0.55, 0.95, clouds(rng, (3, 16), 6)) * smooth(0.36, 0.1, Y)
    sky = screen(sky, wisps[..., None] * rgb("#ffd8bd") * 0.5)
    sky = screen(sky, glow(0.05, 0.34, 0.2, 1.7)[..., None] * rgb("#ffd08a"))
    return screen(mix(sky, sand, hit), glow(0.0, 0.36, 0.3, 2)[..., None] * rgb("#ff9a4a") * 0.35)


def autumn_lake(rng: np.random.Generator) -> Array:
    """An autumn forest and its reflection in a still lake, mist on the water."""
    shore = 0.56
    image = ramp(Y / shore, [(0, "#7fa6c9"), (0.5, "#bcd0d8"), (1, "#f3e6cf")])
    puffs = smooth(0.5, 0.9, clouds(rng, (4, 9), 7, gain=0.55)) * smooth(0.5, 0.2, Y)
    image = mix(image, np.ones_like(image) * rgb("#fff7ea"), puffs * 0.8)
    image = screen(image, glow(0.78, 0.16, 0.25, 1.8)[..., None] * rgb("#ffe2a8") * 0.6)
    for n, (colour, line) in enumerate((("#9db0bf", 0.40), ("#7f95a0", 0.45))):
        hills = line - 0.16 * ridge(rng, 3 + n, 7)
        fog = smooth(0.3, 0.58, Y)
        hill = mix(rgb(colour) * np.ones_like(image), rgb("#e9ddc8") * np.ones_like(image), fog)
        image = mix(image, hill, below(hills))
    for n in range(5):
        image = wood(rng, image, shore, n / 4)
    mist = np.exp(-(((Y - shore + 0.015) / 0.022) ** 2)) * (0.25 + 0.75 * clouds(rng, (5, 6), 4))
    image = mix(image, np.ones_like(image) * rgb("#f6ead6"), mist * 0.55)
    mirror = np.where(shore < Y, 2 * shore - Y, Y)
    deep = np.clip((Y - shore) / (1 - shore), 0, 1)
    ripple = (waves(rng, np.clip(deep, 1e-3, 1)) - 0.5) * smooth(0.0, 0.9, deep)
    water = shifted(image, ripple * 0.01, mirror - Y - ripple * 0.03)
    water = blurred(water, 2, 9)
    water = mix(water, rgb("#22424c") * np.ones_like(water), 0.16 + 0.42 * deep)
    water = screen(water, (smooth(0.2, 0.5, ripple) * 0.25)[..., None] * rgb("#dfe9ea"))
    return mix(image, water, smooth(shore - 0.001, shore + 0.001, Y))
