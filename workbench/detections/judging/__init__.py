"""What a match is worth where it was found, and the hit that is made of it.

`context`
    Refused and failed calls, tools, and the least that is left of a severity.
`habits`
    What is done day by day or week by week.
`suppressions`
    Hits that are expected, as data.
`reasons`, `attack`, `hits`
    The reason in words, techniques in both versions, and the row.
"""
