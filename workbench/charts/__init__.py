"""Tables and graphs as charts: functions that return Altair charts with a description."""

from workbench.charts.accounts import account_matrix
from workbench.charts.activity import activity
from workbench.charts.coverage import coverage
from workbench.charts.delivery import delivery_lag
from workbench.charts.denied import denied
from workbench.charts.findings import findings
from workbench.charts.insights import insight
from workbench.charts.integrity import integrity
from workbench.charts.lanes import session_lanes
from workbench.charts.layout import layered_layout
from workbench.charts.network import graph
from workbench.charts.origins import origin_confidence
from workbench.charts.sources import sources
from workbench.charts.tampering import log_tampering
from workbench.charts.theme import enable, mime_bundle
from workbench.charts.timeline import heat, timeline
from workbench.charts.top import top
from workbench.charts.ways import chains

__all__ = [
    "account_matrix",
    "activity",
    "chains",
    "coverage",
    "delivery_lag",
    "denied",
    "enable",
    "findings",
    "graph",
    "heat",
    "insight",
    "integrity",
    "layered_layout",
    "log_tampering",
    "mime_bundle",
    "origin_confidence",
    "session_lanes",
    "sources",
    "timeline",
    "top",
]
