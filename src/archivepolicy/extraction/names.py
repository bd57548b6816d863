"""What an element's `class` and `id` say about its purpose.

In: the two attributes. Out: a `NameKind`, or None. The words were collected from consent tools' own documentation names
and from site templates (facts of 162 policy pages and Open Terms Archive's most used removals, read 2026-11). A name
alone never removes anything: chrome.py holds each kind against the weight of what would go.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from enum import Enum

from archivepolicy.extraction.inserts import TOOLBAR_IDS


class NameKind(Enum):
    """How surely a name tells chrome from policy."""

    CONSENT = "consent"
    STRONG = "strong"
    WEAK = "weak"


_CONSENT = re.compile(
    r"onetrust|(?<![a-z])ot-sdk|optanon|didomi|axeptio|cookiebot|cybot|(?<![a-z])cky-|cmplz|tarteaucitron|usercentrics"
    r"|qc-cmp|truste(?![a-z])|trustarc|osano|iubenda-cs|termly|sp-message|cookie-?yes|cookie-?hub|cookie-?first|cookie-?script"
    r"|klaro|borlabs|evidon|quantcast|moove-gdpr|cc-(?:window|banner|revoke)|cn-notice|cli-(?:bar|modal)|eu-cookie|cookie-?law"
    r"|cookies?-?(?:banner|bar|consent|notice|popup|pop-up|modal|alert|message|overlay|dialog|wall|disclaimer|manager"
    r"|preferences|settings|control|info|box|warning|accept(?:ance)?|layer|prompt|toast|confirm(?:ation)?|tip|hint)"
    r"|(?:gdpr|consent|ccpa)-?(?:banner|bar|manager|modal|popup|dialog|overlay|notice|box|wall|tool|layer|prompt)"
)
# the lists of cookies that these tools print into a cookie policy are its content
_CONSENT_CONTENT = re.compile(r"cookie-?(?:policy|declaration|list|table)|cookiebot-?declaration|cmplz-document")
_STRONG = re.compile(
    r"(?:^|[\s_-])(?:(?:site|page|main|global|app|bottom|web|sub)?footer(?:bar|area|nav|menu|links|container|wrapper|content)?"
    r"|bread-?crumbs?(?:nav|list|bar|container|wrapper)?|related-(?:articles?|posts?|content|links|pages)"
    r"|nav-?bar|skip-?(?:links?|nav|to-(?:main|content))|skip-?to-?(?:main|content)|article-(?:votes|relatives|subscribe)"
    r"|comments-area|comment-?list|comment-respond|disqus-thread)(?:$|[\s_-])"
)
# A weak word tells chrome where it ends a name or is followed by what a box is called: `left-sidebar`, `share-buttons`,
# not `toc-content-heading`.
_WEAK = re.compile(
    r"(?:(?:[a-z0-9-]+-)?(?:(?:side|main|top|sub|mega|mobile|drop-?down|user|lang(?:uage)?|left|right)?-?(?:menu|nav)|navigation"
    r"|menubar|side-?bar|author-(?:box|bio|card)|socials?|social-?(?:media|share)|share|sharing|sharedaddy|sociable|addthis|addtoany|modal|pop-?up"
    r"|lightbox|log-?in|sign-?in|sign-?up|register|search|comments?|pagination|pager|page-links|tool-?bar|tooltip"
    r"|back-to-top|scroll-?top|to-top|top-?bar|subscribe|newsletter|advert(?:isement)?s?|ads|promo|(?:language|lang|locale)-?(?:switcher"
    r"|selector|chooser|picker)|post-(?:meta|navigation)|entry-meta|byline|download-app|app-?(?:store|download)|toc"
    r"|table-of-contents|feedback|helpful|rating|cart|announcement(?:-?bar)?|off-?canvas|overlay)"
    # site builders call every box a widget: `elementor-widget-wrap`, `text-widget`
    r"|(?!(?:elementor|siteorigin|sow?|fl|wixui|panel|wp|brz|vc|et|e|text|html|content|page|rich-?text|editor|heading|post)-)(?:[a-z0-9-]+-)?widgets?)"
    r"(?:-?(?:bar|box|container|wrapper|wrap|list|items?|links?|area|block|section|inner|content|form|buttons?|btn|icons?|panel|menu|\d+))*"
)
# Utility classes (`md:mb-4`, `[--gap:8px]`, `@container`) and states of a layout say nothing of purpose.
_UTILITY = re.compile(r"[:\[\]()/@%!&]|^(?:has|no|with|without|is|not|scroll|mt|mb|pt|pb|js)-")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# What the page's own names call the site's banner, where an h1 is a slogan and not the policy's title.
_BANNER = re.compile(
    r"(?:^|[\s_-])(?:sub)?(?:banner|slider|slogan|masthead|logo|tagline|carousel|site-title|blog-title|brand)(?:sub|text|inner|\d)?(?:$|[\s_-])"
)
# one of these stands in each such name, as is found out twenty times as fast
_BANNER_WORDS = ("banner", "slider", "slogan", "masthead", "logo", "tagline", "carousel", "title", "brand")

# What a page calls the panels and windows in which it asks for an address.
_SIGN_UP = re.compile(
    r"(?:^|[\s-])(?:register|registration|sign-?up|subscri(?:be|ption)|newsletter|mailing-?list|opt-?in|promo(?:tion)?|pop-?up|modal"
    r"|overlay|lightbox|cta|lead-?(?:form|magnet)|call-to-action)(?:$|[\s-])"
)
_HIDDEN_NAME = re.compile(
    r"(?:^|\s)(?:hidden|hide|d-none|sr-only|visually-?hidden|screen-reader-text|is-hidden|u-hidden)(?:$|\s)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What an element's names say.

    Attributes:
        kind: What they say of its purpose, or None.
        class_kind: What its class says alone; an id is often the anchor of a section.
        is_sign_up: Whether they call it a panel to sign up in.
        hides: Whether its class is one that hides.
        tell: Whether they say anything of what it is for.
    """

    kind: NameKind | None
    class_kind: NameKind | None
    is_sign_up: bool
    hides: bool
    tell: bool


def name_kind(class_: str | None, id_: str | None) -> NameKind | None:
    """Judge an element's names; None where they say nothing.

    >>> name_kind("siteFooter", None)
    <NameKind.STRONG: 'strong'>
    """
    if not class_ and not id_:
        return None
    return _kind(f"{class_ or ''} {id_ or ''}")


@functools.lru_cache(maxsize=8192)
def names_of(class_: str | None, id_: str | None) -> Names:
    """All that an element's names say; a page repeats the same few on most of its elements."""
    kind, invites = name_kind(class_, id_), is_sign_up(class_, id_)
    return Names(
        kind=kind,
        class_kind=name_kind(class_, None),
        is_sign_up=invites,
        hides=_HIDDEN_NAME.search(class_ or "") is not None,
        tell=kind is not None or invites or id_ in TOOLBAR_IDS,
    )


@functools.lru_cache(maxsize=4096)
def _kind(names: str) -> NameKind | None:
    words = normal_names(names)
    if _CONSENT.search(words) and not _CONSENT_CONTENT.search(words):
        return NameKind.CONSENT
    if _STRONG.search(words):
        return NameKind.STRONG
    return NameKind.WEAK if any(map(_WEAK.fullmatch, words.split())) else None


@functools.lru_cache(maxsize=1024)
def is_cookie_list(class_: str | None, id_: str | None) -> bool:
    """Whether an element's names call it what a consent tool prints into a policy: its cookies.

    >>> is_cookie_list("ot-sdk-row", "ot-sdk-cookie-policy"), is_cookie_list("page-cookie-policy", None)
    (True, False)
    """
    words = normal_names(f"{class_ or ''} {id_ or ''}")
    return _CONSENT.search(words) is not None and _CONSENT_CONTENT.search(words) is not None


def is_banner(class_: str | None, id_: str | None) -> bool:
    """Whether an element's names call it the site's banner.

    >>> is_banner("bannersub", None), is_banner("hero-content", None)
    (True, False)
    """
    names = f"{class_ or ''} {id_ or ''}"
    lower = names.lower()
    for word in _BANNER_WORDS:
        if word in lower:
            return bool(_BANNER.search(normal_names(names)))
    return False


def is_sign_up(class_: str | None, id_: str | None) -> bool:
    """Whether an element's names call it a panel to sign up in.

    >>> is_sign_up("section register-panel", None), is_sign_up("content", "your-rights")
    (True, False)
    """
    names = f"{class_ or ''} {id_ or ''}"
    return bool(names.strip()) and bool(_SIGN_UP.search(normal_names(names)))


def normal_names(names: str) -> str:
    """Names in lower case, camel case and underscores written with dashes, utility classes left out."""
    lower = _CAMEL.sub("-", names).replace("_", "-").lower()
    return " ".join(word for word in lower.split() if not _UTILITY.search(word))
