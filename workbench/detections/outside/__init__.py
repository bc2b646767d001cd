"""Hits of what no rule file can say.

`found`
    Their columns, filled in alike.
`credentials`
    Credentials of instances used elsewhere.
`networks`, `places`, `travel`
    Calls from listed networks; where addresses are; impossible travel.
`guardduty`
    Findings of GuardDuty joined to events.
`case_files`, `given`, `beside`
    Files that the case folder has for all of them, and suppressions and accounts; those of a call added; all
    of it in one go.
"""
