"""The order of the steps, and nothing else: one module a job, each a table of contents.

snapshot:  question -> listing -> search (replay -> extraction) -> product -> store
discovery: homepage -> links -> candidates -> readings; index -> paths -> candidates -> readings
listing:   URL -> listing -> window
page:      bytes -> document; snapshot -> memento -> page beside document
sources:   the archive, the store, and what is read from whichever has it

A command imports the module of its job, so that it loads no other's.
"""
