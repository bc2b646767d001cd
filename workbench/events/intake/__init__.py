"""A load: files into batches, batches into parts, and what became of each into the tables of the case.

`loading`, `tally`, `report`
    One load from its arguments to its report; what became of each file; the counts that add up.
`reading`, `workers`
    The work that is shared out, and the processes that do it.
`seen`, `settle`, `stored`
    Second deliveries: while records come in, once all are there, and what the case holds already.
`items`
    Second deliveries of what is no event.
`folders`, `verdicts`
    Folders whose digests are told; what they say of each file, and which time they cover.
`known`, `write`, `rewriting`
    What earlier loads took; chunks in transactions; parts written anew.
"""
