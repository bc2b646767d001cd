"""What the tests of charts share: compile with both Vega-Lite versions, and look into a specification."""

import json

import vl_convert

OLDEST, NEWEST = "5.8", "6.4"


def compiled(chart):
    """Draw with both versions; an error in either is an exception here. Returns the newest SVG."""
    spec = json.dumps(chart.to_dict())
    for version in (OLDEST, NEWEST):
        drawn = vl_convert.vegalite_to_svg(spec, vl_version=version)
    return drawn


def parts(node):
    """Yield every object of a specification, data left out."""
    if isinstance(node, dict):
        yield node
        for name, below in node.items():
            if name != "datasets":
                yield from parts(below)
    elif isinstance(node, list):
        for below in node:
            yield from parts(below)


def check(chart):
    """What holds for every chart: description, UTC, row limit, safe tooltips; it compiles."""
    spec = chart.to_dict()
    assert spec["description"]
    assert spec["title"]["text"]
    for part in parts(spec):
        if part.get("type") == "temporal" and "axis" in part and part["axis"] is not None:
            assert part["scale"]["type"] == "utc"
            assert "(UTC)" in part["title"]
            unit = part.get("timeUnit", "utc")
            assert (unit if isinstance(unit, str) else unit["unit"]).startswith("utc")
        if part.get("field") is not None and "title" in part:
            assert part["field"] != "image"
            assert str(part["title"]).lower() != "image"
        assert part.get("mark") != "image"
    for rows in spec.get("datasets", {}).values():
        assert len(rows) <= 5_000
    return compiled(chart)
