"""`archivepolicy verify`: whether a store is what it says."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from archivepolicy.cli.options import print_product, store_option


@click.command("verify")
@click.option("--rebuild", is_flag=True, help="Make the catalogue anew from the files first.")
@click.option("--json", "as_json", is_flag=True, help="Print what was checked and found as JSON.")
@store_option
def command(*, rebuild: bool, as_json: bool, store: str) -> None:
    """Check a store against its digests and evidence.

    Every product against the digest in its provenance, every provenance against its evidence, every evidence file byte by
    byte, and whether extracting the evidence again gives the same product. Each thing that is off is a line; with any fault
    the command ends with exit code 6. No archive is asked.
    """
    from archivepolicy.errors import StoreError
    from archivepolicy.pipeline.verify import verify
    from archivepolicy.records.finding import Checked
    from archivepolicy.rendering.findings import checked_as_text, finding_as_line
    from archivepolicy.store import Store

    checked, found = Checked(), []
    kept = Store(store)
    if rebuild and kept.root.is_dir():
        kept.catalogue.rebuild()
    for finding in verify(kept, checked):
        if as_json:
            found.append({**asdict(finding), "is_fault": finding.matter.is_fault})
        else:
            print_product(finding_as_line(finding))
    if as_json:
        values = {"schema_version": 1, "checked": asdict(checked), "findings": found}
        print_product(json.dumps(values, ensure_ascii=False, indent=2) + "\n")
    else:
        click.echo(checked_as_text(checked), err=True, nl=False)
    if checked.faults:
        what = "1 thing is" if checked.faults == 1 else f"{checked.faults} things are"
        raise StoreError(f"{what} off in the store {store}", path=store)
