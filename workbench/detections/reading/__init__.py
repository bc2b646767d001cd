"""Rule files and patterns: read, checked, refused by name, or made a `Rule`.

`documents`, `values`, `selections`, `conditions`, `tree`
    The text of a rule file into a tree of tests.
`model`, `parsing`, `counting`, `linting`, `folders`, `resolving`
    A `Rule` of each document, rules of folders, and which rules a correlation counts.
`sources`
    Which column or part of the record a field is.
`patterns`
    CloudWatch metric-filter patterns as rules.
"""
