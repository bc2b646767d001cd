"""What a match is worth where it was found, and the hit that is made of it.

`context`
    Refused and failed calls, habits, tools, what is known and what is first.
`suppressions`
    Hits that are expected, as data.
`reasons`, `attack`, `hits`
    The reason in words, techniques in both versions, and the row.
"""
