"""Rules run over the events: Sigma files are compiled to SQL, hits are a plain table.

`documents`, `values`, `selections`, `conditions`, `tree`
    The text of a rule file into a tree of tests; what cannot run is refused by name.
`model`, `parsing`, `counting`, `linting`, `folders`, `resolving`
    A `Rule` of each document, rules of folders, and which rules a correlation counts.
`sources`, `compiling`, `dispatch`, `odd`
    A tree into SQL; which rules can hold at all; records that need care.
`preparing`, `matching`, `narrowing`, `openings`, `windows`, `episodes`, `evaluating`
    One pass over the events for all rules, one scan for each; what is no hit after all, such as a share with
    an account of ours; windows over what is counted.
`details`, `context`, `reasons`, `attack`, `hits`, `running`
    Hits with principal, origin, technique, what they are worth where they were found, and the reason.
`patterns`, `suppressions`, `alerts`, `navigator`
    CloudWatch patterns as rules; hits that are expected; hits by the handful; a layer of techniques.
`rules`
    The built-in rules.
`insights`, `insights_counts`, `insights_unusual`, `insights_attributions`, `insights_recorded`
    Unusual rates of calls and errors, and those that CloudTrail recorded.
`first_seen`
    What was new to a principal, and the hours in which most of it came together.
`found`, `credentials`, `networks`, `places`, `travel`, `guardduty`
    Hits of what no rule file can say: credentials of instances elsewhere, calls from listed networks,
    impossible travel, findings of GuardDuty joined to events.
"""

from workbench.detections.alerts import alerts, per_day
from workbench.detections.credentials import instance_credentials
from workbench.detections.first_seen import first_seen, rare_hours
from workbench.detections.folders import load_rules
from workbench.detections.guardduty import guardduty
from workbench.detections.insights import insight_rates, insights
from workbench.detections.model import SEVERITIES, Rule
from workbench.detections.navigator import layer
from workbench.detections.networks import threat_list
from workbench.detections.patterns import pattern_rule
from workbench.detections.running import Outcome, RuleRun, examine, explain, run
from workbench.detections.suppressions import Suppression, load_suppressions
from workbench.detections.travel import impossible_travel

__all__ = [
    "SEVERITIES",
    "Outcome",
    "Rule",
    "RuleRun",
    "Suppression",
    "alerts",
    "examine",
    "explain",
    "first_seen",
    "guardduty",
    "impossible_travel",
    "insight_rates",
    "insights",
    "instance_credentials",
    "layer",
    "load_rules",
    "load_suppressions",
    "pattern_rule",
    "per_day",
    "rare_hours",
    "run",
    "threat_list",
]
