"""Rule files and patterns: read, checked, refused by name, or made a `Rule`.

`documents`, `values`, `ip`, `selections`, `conditions`, `tree`
    The text of a rule file into a tree of tests.
`model`, `parsing`, `counting`, `linting`, `folders`, `resolving`
    A `Rule` of each document, rules of folders, and which rules a correlation counts.
`sources`
    Which column or part of the record a field is.
`patterns`, `cloudwatch`
    Patterns, by text or by file, as rules; those of CloudWatch metric filters.
`eventbridge`, `comparisons`, `envelope`
    Event patterns of EventBridge: their fields, their values, and what is around a record on an event bus.
"""
