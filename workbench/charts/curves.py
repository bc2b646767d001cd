"""The way of an edge from node to node, as points of a smooth line."""

import math
from itertools import pairwise

from workbench.charts.layout import Point

_STEPS = 10


def curve_of(stops: list[Point], shift: float, short: float) -> list[Point]:
    """Return the points of an edge over its stops, bent by `shift` and ending `short` of the last stop."""
    if len(stops) == 2 and stops[0] == stops[1]:
        x, y = stops[0]
        points = _bezier((x, y), (x - 44, y + 40), (x + 44, y + 40), (x, y))
    else:
        points = [stops[0]]
        for (x0, y0), (x1, y1) in pairwise(stops):
            pull = (x1 - x0) / 2 if x1 > x0 else 0
            back = 0 if x1 > x0 else 46  # within a layer and backwards: a bow to the right
            points += _bezier(
                (x0, y0), (x0 + pull + back, y0 + shift), (x1 - pull + back, y1 + shift), (x1, y1)
            )[1:]
    end = points[-1]
    kept = [point for point in points[:-1] if math.dist(point, end) > short]
    reach = short / math.dist(kept[-1], end)
    last = (end[0] + (kept[-1][0] - end[0]) * reach, end[1] + (kept[-1][1] - end[1]) * reach)
    return [(round(x, 1), round(y, 1)) for x, y in (*kept, last)]


def _bezier(a: Point, b: Point, c: Point, d: Point) -> list[Point]:
    steps = [step / _STEPS for step in range(_STEPS + 1)]
    weights = [((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3) for t in steps]
    return [
        (
            sum(w * p[0] for w, p in zip(ws, (a, b, c, d), strict=True)),
            sum(w * p[1] for w, p in zip(ws, (a, b, c, d), strict=True)),
        )
        for ws in weights
    ]
