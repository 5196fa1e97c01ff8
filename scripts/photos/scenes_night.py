"""The photographs taken after sunset: moonlight, northern lights, a city."""

import numpy as np
from paint import (
    Array,
    H,
    W,
    X,
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
)
from sea import waves
from trees import tree_line


def moon_path(rng: np.random.Generator) -> Array:
    """A full moon over a quiet sea and its broken path of light."""
    horizon = 0.52
    image = ramp(Y / horizon, [(0, "#070d22"), (0.45, "#142450"), (0.8, "#2d4a7d"), (1, "#6d86aa")])
    stars = (rng.random((H, W)) > 0.99988).astype(np.float32) * rng.random((H, W)) ** 2
    spread = blurred(stars[..., None].astype(np.float32), 3, 3)[..., 0] * 6
    image = screen(image, (spread * smooth(0.42, 0.05, Y))[..., None] * np.ones(3, np.float32))
    moon = (0.42, 0.215)
    image = screen(image, glow(*moon, 0.12, 1.9)[..., None] * rgb("#b9cdf0") * 0.75)
    craters = clouds(rng, (44, 30), 5)
    face = rgb("#fdf8e4") * (1 - 0.13 * smooth(0.35, 0.85, craters))[..., None]
    image = mix(image, face, disc(*moon, 0.052))
    drift = clouds(rng, (4, 16), 7, gain=0.56)
    bank = smooth(0.48, 0.85, drift) * smooth(0.0, 0.12, Y) * smooth(0.53, 0.3, Y)
    edge = glow(*moon, 0.26, 1.8)[..., None]
    image = mix(image, mix(rgb("#16244a") * np.ones_like(image), rgb("#d7e2f5"), edge), bank * 0.8)

    distance = np.clip((Y - horizon) / (1 - horizon), 1e-3, 1)
    water = ramp(distance, [(0, "#5f7ba3"), (0.08, "#38568a"), (0.4, "#152b57"), (1, "#060f28")])
    swell = waves(rng, distance)
    water = np.clip(water * (0.72 + 0.62 * swell)[..., None], 0, 1)
    width = 0.022 + 0.13 * distance
    wander = (clouds(rng, (2, 10), 3) - 0.5) * 0.04 * distance
    column = np.exp(-(((X - moon[0] + wander) / width) ** 2))
    sparkle = smooth(0.62 - 0.22 * column, 0.8, swell) * column**0.6
    light = (sparkle * 1.0 + 0.28 * column * (1 - 0.6 * distance))[..., None] * rgb("#f6ecd0")
    water = screen(water, light)
    image = mix(image, water, smooth(horizon - 0.0006, horizon + 0.0012, Y))
    rim = np.exp(-(((Y - horizon) / 0.02) ** 2))[..., None] * rgb("#a9bcd8") * 0.3
    image = screen(image, rim * glow(moon[0], horizon, 0.5, 2)[..., None])
    land = 0.515 - 0.05 * smooth(0.72, 1.0, X[0]) * (0.4 + ridge(rng, 4, 8)) + 0.02
    land = np.where(X[0] < 0.7, 2.0, land).astype(np.float32)
    shore = below(land) * smooth(horizon + 0.003, horizon, Y)
    return mix(image, np.ones_like(image) * rgb("#101c3c"), shore)


def aurora(rng: np.random.Generator) -> Array:
    """Northern lights over a frozen lake rimmed with pines."""
    shore = 0.7
    image = ramp(Y / shore, [(0, "#040818"), (0.5, "#0a1a38"), (0.85, "#143a50"), (1, "#2a5a62")])
    points = np.zeros((H, W), np.float32)
    count = 1500
    rows, columns = rng.integers(0, int(H * shore), count), rng.integers(2, W - 2, count)
    points[rows, columns] = rng.random(count) ** 4
    stars = blurred(points[..., None], 2, 2)[..., 0] * 4 + points
    image = screen(image, (stars * 1.3)[..., None] * rgb("#e8f0ff"))
    for base, sway, strength, reach in (
        (0.20, 0.20, 0.5, 0.22),
        (0.36, 0.34, 1.5, 0.34),
        (0.50, 0.16, 0.7, 0.24),
    ):
        image = screen(image, curtain(rng, base, sway, strength, reach))
    hills = 0.655 - 0.11 * ridge(rng, 4, 9)
    snow = clouds(rng, (60, 30), 5)
    slope = np.gradient(snow, axis=1) * 6
    mountain = np.clip(
        ramp(Y, [(0.52, "#2c5a6c"), (0.7, "#0f2a3a")]) * (1 + slope)[..., None], 0, 1
    )
    image = mix(image, mountain, below(hills.astype(np.float32)))
    forest = tree_line(rng, 0.685 - 0.015 * ridge(rng, 3, 4), 0.02, 0.055)
    forest *= smooth(shore + 0.002, shore - 0.002, Y)
    image = mix(image, np.ones_like(image) * rgb("#06131c"), forest)
    mirror = np.where(shore < Y, 2 * shore - Y, Y)
    frost = clouds(rng, (30, 90), 5)
    deep = np.clip((Y - shore) / 0.3, 0, 1)
    ice = shifted(image, (frost - 0.5) * 0.012 * deep, mirror - Y + (frost - 0.5) * 0.02 * deep)
    ice = blurred(ice, 3, 14) * 0.72 + rgb("#0b2a36") * 0.3
    ice = screen(ice, (smooth(0.62, 0.95, frost) * 0.16 * deep)[..., None] * rgb("#bfeee0"))
    image = mix(image, ice.astype(np.float32), smooth(shore - 0.001, shore + 0.002, Y))
    sides = smooth(0.24, 0.02, X[0]) + smooth(0.8, 1.0, X[0])
    tall = tree_line(rng, 1.03 - 0.03 * sides, 0.3, 0.42, sides)
    return mix(image, np.ones_like(image) * rgb("#030a12"), tall)


def curtain(
    rng: np.random.Generator, base: float, sway: float, strength: float, reach: float
) -> Array:
    """One curtain of northern light: a folded band, seen edge on, bright where it folds."""
    steps = 4 * W
    path = np.linspace(0, 1, steps, dtype=np.float32)

    def along(cells: int, octaves: int, gain: float = 0.5) -> Array:
        return np.asarray(clouds(rng, (cells, 1), octaves, (steps, 8), gain)[4])

    xs = ((path * 1.2 - 0.1 + 0.075 * (along(7, 2) - 0.5)) * W).astype(np.int32)
    hem = ((base + sway * (along(4, 4) - 0.5)) * H).astype(np.int32)
    power = smooth(0.15, 0.8, along(4, 3)) * (0.3 + 0.7 * along(90, 4, 0.75)) / 4
    tall = reach * H * (0.5 + 0.9 * along(12, 4))
    light, height = np.zeros((W, H), np.float32), np.zeros((W, H), np.float32)
    rows = np.arange(H)
    for x, y, amount, length in zip(xs, hem, power, tall, strict=True):
        if 0 <= x < W and amount > 0:
            up = (y - rows) / length
            ray = amount * np.exp(-np.where(up > 0, 2.4 * up, np.minimum(-up * 26, 80)))
            light[x] += ray
            height[x] += ray * np.clip(up, 0, 1)
    share = blurred((height / np.maximum(light, 1e-6)).T[..., None], 6, 6)[..., 0]
    beam = blurred(light.T[..., None].copy(), 5, 3)[..., 0]
    glowing = beam + 0.5 * blurred(beam[..., None], 60, 40)[..., 0]
    colour = ramp(
        np.clip(share, 0, 1),
        [(0, "#a8ffb4"), (0.12, "#4af29c"), (0.4, "#22b89c"), (0.7, "#5a55b8"), (1, "#8a3f9c")],
    )
    return np.asarray(
        (colour * (1 - np.exp(-glowing * strength * 1.9))[..., None]).astype(np.float32)
    )


def skyline(rng: np.random.Generator) -> Array:
    """A city across the water at blue hour, its windows lit."""
    shore = 0.69
    image = ramp(
        Y / shore,
        [(0, "#16224e"), (0.3, "#36407a"), (0.58, "#8a5a8c"), (0.8, "#e28a78"), (1, "#ffc38a")],
    )
    streaks = clouds(rng, (3, 18), 7, gain=0.55)
    image = mix(
        image,
        ramp(Y / shore, [(0, "#22305e"), (0.5, "#b06a8c"), (1, "#ffb58a")]),
        smooth(0.5, 0.85, streaks) * 0.75 * smooth(0.02, 0.2, Y),
    )
    image = screen(image, glow(0.33, shore, 0.3, 1.9)[..., None] * rgb("#ffb26b") * 0.7)
    for n in range(4):
        image = towers(rng, image, shore, n / 3)
    mirror = np.where(shore < Y, 2 * shore - Y, Y)
    deep = np.clip((Y - shore) / (1 - shore), 0, 1)
    chop = waves(rng, np.clip(deep, 1e-3, 1)) - 0.5
    water = shifted(image, chop * 0.008, (mirror - Y) * 1.0 - chop * (0.012 + 0.09 * deep))
    water = blurred(water.astype(np.float32), 2, 22)
    water = np.clip(water * (0.80 - 0.25 * deep + 0.25 * chop)[..., None], 0, 1)
    water = mix(water, rgb("#1a2350") * np.ones_like(water), 0.15 + 0.3 * deep)
    image = mix(image, water, smooth(shore - 0.0008, shore + 0.0008, Y))
    quay = np.exp(-(((Y - shore + 0.001) / 0.003) ** 2))
    return mix(image, np.ones_like(image) * rgb("#0d1230"), quay)


def towers(rng: np.random.Generator, image: Array, shore: float, near: float) -> Array:
    """Paint one row of buildings, hazy when far, with windows when near."""
    image = image.copy()
    x = -40
    base = int(shore * H)
    body, haze = mix(rgb("#7d5a88"), rgb("#0f1536"), near**0.7), rgb("#dd9086")
    light = np.zeros((H, W), np.float32)
    while x < W:
        wide = int(rng.uniform(38, 110) * (0.75 + 0.5 * near))
        middle = np.exp(-((((x + wide / 2) / W - 0.6) / 0.24) ** 2))
        tall = rng.uniform(0.05, 0.15) + rng.random() ** 2.0 * 0.3 * middle * (1.1 - 0.4 * near)
        top = base - int(tall * H)
        crown(rng, image, (max(0, x), min(W, x + wide), top, base), body, haze, near)
        if near > 0.3:
            windows(rng, light, (max(0, x), min(W, x + wide), top, base), near)
        x += wide + int(rng.choice([0, 0, 2, 10, 30]) * (0.5 + near))
    lamp = ramp(clouds(rng, (200, 100), 1), [(0, "#ffb45e"), (0.6, "#ffd894"), (1, "#dfe8ff")])
    halo = blurred(light[..., None], 10, 10)[..., 0]
    image = mix(image, lamp, light)
    return screen(image, halo[..., None] * rgb("#ffb060") * 0.6)


def crown(
    rng: np.random.Generator,
    image: Array,
    box: tuple[int, int, int, int],
    body: Array,
    haze: Array,
    near: float,
) -> None:
    """Paint one building: setbacks, perhaps a mast, lighter towards the street."""
    left, right, top, base = box
    wide = right - left
    if wide < 8:
        return
    share = np.linspace(0, 1, base - top, dtype=np.float32)[:, None, None]
    tint = body + (haze - body) * share * (0.6 - 0.45 * near)
    side = np.linspace(1.12, 0.86, wide, dtype=np.float32)[None, :, None]
    image[top:base, left:right] = np.clip(tint * side, 0, 1)
    roof, middle = int(rng.integers(0, 6)), (left + right) // 2
    if roof == 0:  # setbacks
        for step in (1, 2):
            inset = int(wide * 0.16 * step)
            image[top - 22 * step : top, left + inset : right - inset] = body
    elif roof == 1:  # a slanted top
        for column in range(left, right):
            image[top - int((column - left) * 0.55) : top, column] = body
    elif roof in (2, 3):  # lift housing and water tanks
        for _ in range(2):
            at = int(rng.integers(left, right - wide // 3))
            image[top - int(rng.integers(6, 16)) : top, at : at + wide // 4] = body
    if tall_enough := top < base - 0.22 * H:
        image[top - 26 : top, middle - wide // 5 : middle + wide // 5] = body
    if tall_enough and roof % 2:
        image[top - 120 : top, middle - 1 : middle + 2] = body


def windows(
    rng: np.random.Generator, light: Array, box: tuple[int, int, int, int], near: float
) -> None:
    """Light some windows of one building, whole floors of offices now and then."""
    left, right, top, base = box
    pitch_x, pitch_y = int(rng.choice([7, 8, 9])), int(rng.choice([9, 10, 12]))
    share = rng.uniform(0.08, 0.42)
    light[top:base, left:right] = 0
    for y in range(top + 10, base - 12, pitch_y):
        floor = 0.85 if rng.random() < 0.07 else share
        for x in range(left + 6, right - pitch_x, pitch_x):
            if rng.random() < floor:
                strength = rng.uniform(0.25, 1.0) ** 1.5 * (0.4 + 0.6 * near)
                light[y : y + pitch_y - 5, x : x + pitch_x - 3] = strength
