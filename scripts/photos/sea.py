"""Water for the procedural photographs."""

import numpy as np
from paint import Array, H, W, X, clouds, smooth


def waves(rng: np.random.Generator, distance: Array) -> Array:
    """The brightness of a sea surface seen in perspective, ever finer towards the horizon."""
    far = 1 / (distance + 0.02)
    total = np.zeros((H, W), np.float32)
    texture = clouds(rng, (256, 256), 3, (1024, 1024), 0.6)
    for speed, share in ((1.0, 0.5), (2.3, 0.3), (5.1, 0.2)):
        u = ((X - 0.5) * far * 1.1 * speed + 7) % 1
        v = (far * 0.9 * speed + speed) % 1
        rows, columns = (v * 1023).astype(np.int32), (u * 1023).astype(np.int32)
        total += share * texture[rows, columns]
    return smooth(0.2, 0.85, total)
