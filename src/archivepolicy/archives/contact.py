"""Whom an archive may write to about our requests: what stands in the user agent beside the program's name."""

from __future__ import annotations

import os

from archivepolicy.errors import InputError

CONTACT_VARIABLE = "ARCHIVEPOLICY_CONTACT"


def contact_of(text: str | None = None) -> str:
    """A contact as it may stand in a header; empty where there is none.

    Args:
        text: The contact; None for what `ARCHIVEPOLICY_CONTACT` says.

    Raises:
        InputError: It cannot stand in a header.

    >>> contact_of(" someone@a.example ")
    'someone@a.example'
    """
    source = "the contact" if text is not None else CONTACT_VARIABLE
    contact = (os.environ.get(CONTACT_VARIABLE, "") if text is None else text).strip()
    if not (contact.isascii() and contact.isprintable()):
        raise InputError(f"{source} cannot be sent: {contact!r} (plain letters of one line, such as an address)")
    return contact
