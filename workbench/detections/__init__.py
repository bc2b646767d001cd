"""Rules run over the events: Sigma files are compiled to SQL, hits are a plain table.

`rules`
    The built-in rules.
`reading`
    Rule files, folders and CloudWatch patterns into rules; what cannot run is refused by name.
`matching`
    Rules into SQL, and one pass over the events for all of them.
`counting`
    What rules find: less what is no hit after all, and episodes of what is counted in windows.
`judging`
    What a match is worth where it was found, and the hit that is made of it.
`outside`
    Hits of what no rule file can say: places, networks, instances, findings of others.
`rates`
    Unusual rates of calls and errors, in the terms of CloudTrail Insights.
`first_seen`
    What was new to a principal, and the hours in which most of it came together.
`running`, `alerts`, `leads`, `addresses`, `ranking`, `navigator`
    The rules on a table of events; hits by the handful; who it really was; where to look first; a layer of
    techniques.
`choosing`
    Some of the built-in rules, for one question.
`doors`
    Tables that are none of events, told as such.
`trying`
    The tests inside rule files, run.

Imports point from `reading` over `matching`, `counting` and `judging` to `outside`.
"""

from workbench.detections.addresses import new_places
from workbench.detections.alerts import alerts, per_day
from workbench.detections.choosing import rules_of
from workbench.detections.doors import guarded
from workbench.detections.first_seen import first_seen, rare_hours
from workbench.detections.judging.suppressions import Suppression, load_suppressions
from workbench.detections.leads import by_rule, people, told
from workbench.detections.navigator import layer
from workbench.detections.outside.credentials import instance_credentials
from workbench.detections.outside.guardduty import guardduty
from workbench.detections.outside.networks import threat_list
from workbench.detections.outside.travel import impossible_travel
from workbench.detections.ranking import rank_hours, rank_origins
from workbench.detections.rates.insights import insight_rates, insights
from workbench.detections.reading.folders import load_rules
from workbench.detections.reading.model import SEVERITIES, Rule
from workbench.detections.reading.patterns import pattern_rule
from workbench.detections.running import Outcome, RuleRun, examine, explain, run
from workbench.detections.trying import Tried, try_rules

__all__ = [
    "SEVERITIES",
    "Outcome",
    "Rule",
    "RuleRun",
    "Suppression",
    "Tried",
    "alerts",
    "by_rule",
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
    "new_places",
    "pattern_rule",
    "people",
    "per_day",
    "rank_hours",
    "rank_origins",
    "rare_hours",
    "rules_of",
    "run",
    "threat_list",
    "told",
    "try_rules",
]

# Who comes from outside may bring any table; inside of the room tables are its own.
alerts = guarded(alerts)
by_rule = guarded(by_rule)
examine = guarded(examine)
first_seen = guarded(first_seen)
guardduty = guarded(guardduty)
impossible_travel = guarded(impossible_travel)
insight_rates = guarded(insight_rates)
insights = guarded(insights)
instance_credentials = guarded(instance_credentials)
new_places = guarded(new_places)
people = guarded(people)
per_day = guarded(per_day)
rank_hours = guarded(rank_hours)
rank_origins = guarded(rank_origins)
rare_hours = guarded(rare_hours)
run = guarded(run)
threat_list = guarded(threat_list)
