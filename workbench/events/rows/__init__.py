"""One record's text into the values of a row, with care for everything unusual.

`decode`, `holds`
    The walk over a record: quality flags, what no column holds; how each type is taken.
`jsontext`, `times`
    JSON text without a change of spelling; times as records spell them.
`canonical`
    When two texts say the same.
"""
