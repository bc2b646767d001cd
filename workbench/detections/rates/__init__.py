"""Unusual rates of calls and errors, in the terms of CloudTrail Insights.

`insights`
    One row for each insight, computed or recorded.
`counts`, `unusual`, `attributions`
    Calls by bucket; which are unusual; whose they were.
`recorded`
    Insights that CloudTrail itself recorded.
"""
