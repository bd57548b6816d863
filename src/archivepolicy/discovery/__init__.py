"""Discovery: which URL was a site's policy?

    a homepage's links, an index's rows > words, paths, owners > ranked candidates

Pure: records in, records out. The words and paths are data (`words/*.toml`, `paths.toml`, `owners.toml`).
"""

from archivepolicy.discovery.merging import known_site, page_key
from archivepolicy.discovery.paths import index_words, path_candidates
from archivepolicy.discovery.ranking import link_candidates

__all__ = ["index_words", "known_site", "link_candidates", "page_key", "path_candidates"]
