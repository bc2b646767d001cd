"""Thousands of records at once, as Arrow columns.

`arrow`
    A batch of records: read first, built into columns when it is known which rows are kept.
`shortway`, `regular`
    The way of regular records, list by list, and what makes a record regular.
`maps`, `structs`, `repeated`
    Columns of objects; of structures; of structures that stand in thousands of records with the same text.
"""
