"""Datasets: a store's snapshots, versions and changes as tables that other tools read.

columns:  which tables there are, and what each column holds
rows:     records -> rows
text:     rows -> CSV, JSON lines
sqlite:   rows -> an SQLite database
parquet:  rows -> Parquet files, one a table or one a table and year
tree:     products -> a zip file
staging:  the files beside their place until all are whole; digests, manifest
"""
