"""What the documents say is there, and what is there is in the documents."""

import importlib
import re
import runpy
import shlex
import tomllib
from pathlib import Path

import click
import pytest

import archivepolicy
from archivepolicy.cli import COMMANDS
from archivepolicy.records.provenance import SCHEMA_VERSION

CHECKOUT = Path(__file__).resolve().parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = README + "".join(file.read_text(encoding="utf-8") for file in sorted((CHECKOUT / "docs").glob("*.md")))


def command(name: str) -> click.Command:
    found = importlib.import_module(f"archivepolicy.cli.{name}").command
    assert isinstance(found, click.Command)
    return found


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_in_the_documents(name: str) -> None:
    assert f"archivepolicy {name}" in README
    for parameter in command(name).params:
        for spelling in (word for word in parameter.opts if word.startswith("--")):
            assert f"`{spelling}" in README, f"{name} {spelling}"


def test_every_command_module_is_listed() -> None:
    folder = CHECKOUT / "src" / "archivepolicy" / "cli"
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__", "options"}
    assert modules == set(COMMANDS)


def test_every_public_name_and_exit_code_is_in_the_documents() -> None:
    for name in archivepolicy.__all__:
        if name != "__version__":
            assert re.search(rf"`(ap\.)?{name}\b", DOCUMENTS), name
    for code in range(7):
        assert re.search(rf"^\| {code} \|", README, re.MULTILINE), code


@pytest.mark.parametrize("heading", ["Run it", "Test it"])
def test_the_set_up_commands_are_one_line_each(heading: str) -> None:
    block = re.search(rf"^## {heading}$.*?^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert block
    assert block[1].count("\n") == 1
    assert shlex.split(block[1])


def test_files_that_the_documents_link_to_are_there() -> None:
    for file in [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *(CHECKOUT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.name}: {target}"


def test_the_provenance_table_names_every_key() -> None:
    import json

    table = (CHECKOUT / "docs" / "store.md").read_text(encoding="utf-8")
    assert f"schema version {SCHEMA_VERSION}" in table
    product = next((CHECKOUT / "snapshots").glob("*/**/*.json"))
    for key, value in json.loads(product.read_text(encoding="utf-8")).items():
        assert f"`{key}`" in table, key
        if key in ("capture", "http", "payload", "document", "product"):
            assert all(f"`{inner}`" in table for inner in value), key


def test_the_diff_tables_name_every_key() -> None:
    import archivepolicy as ap
    from archivepolicy.records.change import SCHEMA_VERSION as DIFF_SCHEMA_VERSION

    table = (CHECKOUT / "docs" / "diff.md").read_text(encoding="utf-8")
    assert f"schema version {DIFF_SCHEMA_VERSION}" in table
    given = ap.diff("one two\n\nthree\n", "one four\n\nthree\n").to_dict()
    for part in (given, given["old"], given["changes"][0], given["changes"][0]["spans"][0]):
        for key in part:
            assert f"`{key}`" in table, key
    for value in (*ap.Op, *ap.Cls):
        assert f"`{value}`" in table, value


def test_every_dependency_has_its_reason_beside_it() -> None:
    text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    for requirement in tomllib.loads(text)["project"]["dependencies"]:
        line = next(line for line in text.splitlines() if f'"{requirement}"' in line)
        assert re.search(r"#\s+\S", line), requirement


def test_the_examples_are_what_the_commands_print() -> None:
    examples = runpy.run_path(str(CHECKOUT / "docs" / "examples.py"))
    assert examples["filled"](README) == README
    assert examples["picture"]() == (CHECKOUT / "docs" / "get.svg").read_text(encoding="utf-8")
