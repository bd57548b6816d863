import pytest

from archivepolicy.kinds import policy_kind


@pytest.mark.parametrize(
    ("title", "url", "kind"),
    [
        ("Privacy Policy - A Hosting", "http://a.example/x", "privacy policy"),
        ("Privacy and Cookie Notice", "http://a.example/x", "privacy policy"),
        ("Cookie Policy", "http://a.example/privacy/cookies", "cookie policy"),
        ("Terms & Conditions", "http://a.example/legal", "terms of service"),
        ("AGB", "http://a.example/agb", "terms of service"),
        ("Datenschutzerklärung", "http://a.example/", "privacy policy"),
        ("Politique de confidentialité", "http://a.example/", "privacy policy"),
        ("プライバシーポリシー", "http://a.example/", "privacy policy"),
        ("弊社の利用規約", "http://a.example/", "terms of service"),
        ("Legal", "http://a.example/privacy.php", "privacy policy"),
        ("Legal", "http://a.example/index.php?page=terms_of_use", "terms of service"),
        ("Legal", "http://a.example/legal", "policy"),
        ("Legal", "http://a.example/legal/privacy/index.html", "privacy policy"),
        ("Usage", "http://a.example/terms/usage-policy", "policy"),  # a folder holds policies of all kinds
        ("Photos", "http://a.example/", "policy"),  # no "tos" inside a word
    ],
)
def test_a_kind_is_named_by_title_or_path(title: str, url: str, kind: str) -> None:
    assert policy_kind(title, url) == kind
