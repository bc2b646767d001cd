"""Which events a detection holds for: compiled to SQL, and asked of tables that are made once for all rules.

`compiling`, `shapes`, `words`
    A tree into SQL; what is asked of one object of a list; what a long text holds if it passes.
`dictionaries`, `dispatch`, `planning`
    The few texts that typed columns hold; which rules can hold at all; what is left to ask of single events.
`bounds`, `keys`, `doubts`
    What maps tell of a test without a look at the record; which keys they have; what they leave open.
`preparing`, `records`, `odd`, `matching`
    The tables of a run; whole records, read once; those that need care; one scan for each rule that may hold.
"""
