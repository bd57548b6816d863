"""Batch: many sites' policies in one run.

sites:  a list of sites, as people keep them -> one record a row, or why the row cannot be read
dates:  dates, or a range and a step -> the questions that are asked of every site
"""
