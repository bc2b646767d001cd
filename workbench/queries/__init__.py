"""Questions asked of the events: every function takes a table and returns a lazy table."""

from workbench.queries import catalogue
from workbench.queries.activity import activity, heat, timeline
from workbench.queries.assumptions import issuances
from workbench.queries.attribution import blast_radius, lineage, role_sessions, who_is_behind, with_origin
from workbench.queries.aws_sql import run_sql
from workbench.queries.blind import blind_windows
from workbench.queries.changes import changes
from workbench.queries.collect import collect_next
from workbench.queries.conclusions import cannot_conclude
from workbench.queries.containment import containment
from workbench.queries.coverage import coverage
from workbench.queries.crossings import crossings
from workbench.queries.damage import damage
from workbench.queries.delivery import delivery_lag, lag_histogram
from workbench.queries.denied import denied_bursts, denied_calls
from workbench.queries.filters import between, by_account, by_principal, denied, failed, human, writes
from workbench.queries.first_seen import first_seen
from workbench.queries.gaps import gaps
from workbench.queries.integrity import integrity, integrity_findings
from workbench.queries.missing import missing_accounts
from workbench.queries.organization import organization_accounts
from workbench.queries.principals import principals
from workbench.queries.sensitive import SENSITIVE_CALLS, sensitive_calls
from workbench.queries.tags import with_tags
from workbench.queries.tampering import log_tampering, off_windows
from workbench.queries.tampering_rules import TAMPERING_CALLS
from workbench.queries.top import sources, top

__all__ = [
    "SENSITIVE_CALLS",
    "TAMPERING_CALLS",
    "activity",
    "between",
    "blast_radius",
    "blind_windows",
    "by_account",
    "by_principal",
    "cannot_conclude",
    "catalogue",
    "changes",
    "collect_next",
    "containment",
    "coverage",
    "crossings",
    "damage",
    "delivery_lag",
    "denied",
    "denied_bursts",
    "denied_calls",
    "failed",
    "first_seen",
    "gaps",
    "heat",
    "human",
    "integrity",
    "integrity_findings",
    "issuances",
    "lag_histogram",
    "lineage",
    "log_tampering",
    "missing_accounts",
    "off_windows",
    "organization_accounts",
    "principals",
    "role_sessions",
    "run_sql",
    "sensitive_calls",
    "sources",
    "timeline",
    "top",
    "who_is_behind",
    "with_origin",
    "with_tags",
    "writes",
]
