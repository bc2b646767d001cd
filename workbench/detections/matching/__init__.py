"""Rules over events: compiled to SQL, run, counted in sliding windows.

`compiling`, `shapes`, `words`, `dispatch`, `odd`
    A tree into SQL; what is asked of one object of a list; what a long text holds if it passes; which rules
    can hold; records that need care.
`dictionaries`, `keys`, `bounds`, `planning`
    The few texts that typed columns hold, and the keys of parts; what maps tell without a look at the record;
    what is left to ask of single events.
`preparing`, `doubts`, `matching`, `evaluating`
    One pass over the events for all rules; which of them maps decide; one scan for each rule that may hold.
`narrowing`, `openings`
    What is no hit after all, such as a share with an account of ours.
`crowds`, `windows`, `episodes`, `details`
    What may be enough to be counted; windows over it; who and what was in them.
"""
