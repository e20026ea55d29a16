"""ICC profiles of three primaries, small and free of anybody's rights: version 4, matrix and curve."""

import struct

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
P3 = ((0.3127, 0.3290), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE = ((0.3127, 0.3290), (0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
ADOBE_CURVE = (563 / 256,)


def fixed(value):
    return struct.pack(">i", round(value * 65536))


def xyz(x, y):
    return np.array([x / y, 1.0, (1 - x - y) / y])


def columns(white, *primaries):
    """The primaries as XYZ relative to D50 (Bradford)."""
    matrix = np.stack([xyz(*p) for p in primaries], axis=1)
    matrix = matrix * np.linalg.solve(matrix, xyz(*white))
    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    scale = (bradford @ D50) / (bradford @ xyz(*white))
    return np.linalg.inv(bradford) @ np.diag(scale) @ bradford @ matrix


def profile(name, primaries, curve):
    text = b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", 2 * len(name), 28)
    text += name.encode("utf-16-be")
    para = b"para" + bytes(4) + struct.pack(">HH", 3 if len(curve) == 5 else 0, 0) + b"".join(map(fixed, curve))
    point = lambda v: b"XYZ " + bytes(4) + b"".join(map(fixed, v))
    red, green, blue = columns(*primaries).T
    bodies = {b"desc": text, b"cprt": text, b"wtpt": point(D50), b"rXYZ": point(red), b"gXYZ": point(green)}
    bodies |= {b"bXYZ": point(blue), b"rTRC": para, b"gTRC": para, b"bTRC": para}
    table, data, places = b"", b"", {}
    start = 128 + 4 + 12 * len(bodies)
    for tag, body in bodies.items():
        if body not in places:
            places[body] = start + len(data)
            data += body + bytes(-len(body) % 4)
        table += tag + struct.pack(">II", places[body], len(body))
    size = start + len(data)
    head = struct.pack(">I4sI4s4s4s12s4s", size, bytes(4), 0x04200000, b"mntr", b"RGB ", b"XYZ ", bytes(12), b"acsp")
    head = head.ljust(68, b"\0") + b"".join(map(fixed, D50))
    return head.ljust(128, b"\0") + struct.pack(">I", len(bodies)) + table + data


DISPLAY_P3 = profile("P3", P3, SRGB_CURVE)
ADOBE_RGB = profile("Adobe", ADOBE, ADOBE_CURVE)
