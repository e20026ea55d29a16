"""Structural similarity of luma (Wang, Bovik, Sheikh, Simoncelli 2004): 11-tap Gaussian window, sigma 1.5."""

import numpy as np

TAPS = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
TAPS /= TAPS.sum()

C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def luma(rgb: np.ndarray) -> np.ndarray:
    """Luma of BT.601, 0 to 255, as JPEG has it; grey stays as it is."""
    if rgb.ndim == 2 or rgb.shape[2] == 1:
        return rgb.reshape(rgb.shape[:2]).astype(np.float64)
    return rgb[:, :, :3].astype(np.float64) @ np.array([0.299, 0.587, 0.114])


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """The mean over all whole windows; 1 for equal pictures."""
    if one.shape != other.shape:
        raise ValueError(f"sizes differ: {one.shape} and {other.shape}")
    if min(one.shape) < len(TAPS):
        raise ValueError(f"smaller than the window: {one.shape}")
    mean_one, mean_other = smooth(one), smooth(other)
    var_one = smooth(one * one) - mean_one**2
    var_other = smooth(other * other) - mean_other**2
    both = smooth(one * other) - mean_one * mean_other
    score = (2 * mean_one * mean_other + C1) * (2 * both + C2)
    score /= (mean_one**2 + mean_other**2 + C1) * (var_one + var_other + C2)
    return float(score.mean())


def smooth(plane: np.ndarray) -> np.ndarray:
    """The window at every place where it lies inside."""
    height, width = (side - len(TAPS) + 1 for side in plane.shape)
    across = sum(tap * plane[:, at : at + width] for at, tap in enumerate(TAPS))
    return sum(tap * across[at : at + height] for at, tap in enumerate(TAPS))
