"""Tables and graphs as charts: functions that return Altair charts with a description."""

from workbench.charts.activity import activity
from workbench.charts.coverage import coverage
from workbench.charts.delivery import delivery_lag
from workbench.charts.denied import denied
from workbench.charts.findings import findings
from workbench.charts.integrity import integrity
from workbench.charts.layout import layered_layout
from workbench.charts.network import graph
from workbench.charts.sources import sources
from workbench.charts.tampering import log_tampering
from workbench.charts.theme import enable, mime_bundle
from workbench.charts.timeline import heat, timeline
from workbench.charts.top import top

__all__ = [
    "activity",
    "coverage",
    "delivery_lag",
    "denied",
    "enable",
    "findings",
    "graph",
    "heat",
    "integrity",
    "layered_layout",
    "log_tampering",
    "mime_bundle",
    "sources",
    "timeline",
    "top",
]
