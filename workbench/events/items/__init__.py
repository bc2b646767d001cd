"""What a case holds beside events: configuration items, activity of others, audit evidence, tags.

Each lies in a store of its own, with AWS's columns first and ours after them.

`stores`
    The stores, their columns and the views that show them, once.
`decode`
    One record into the row of its store.
`reading`
    Many records, and what tells them apart.
"""
