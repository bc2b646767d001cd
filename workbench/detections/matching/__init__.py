"""Which events a detection holds for: compiled to SQL, and asked in one pass over the events for all rules.

`compiling`, `shapes`, `words`
    A tree into SQL; what is asked of one object of a list; what a long text holds if it passes.
`dictionaries`, `dispatch`, `planning`
    The few texts that typed columns hold; which rules can hold at all; what is left to ask of single events.
`bounds`, `keys`, `doubts`
    What maps tell of a test without a look at the record; which keys they have; what they leave open.
`preparing`, `odd`, `matching`
    The tables of a run; records that need care; one scan for each rule that may hold.
"""
