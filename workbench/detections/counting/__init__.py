"""What rules find: events that match, less what is no hit after all, and episodes of what is counted.

`evaluating`
    The rules of a run on the events, one after the other.
`narrowing`, `openings`
    What is no hit after all, such as a share with an account of ours.
`crowds`, `windows`, `episodes`
    What may be enough to be counted; sliding windows over it; who and what was in them.
`details`
    What is told of the events that hit.
"""
