"""A diff as a reader sees it: in a terminal, as unified diff or CriticMarkup, and as a page of its own.

`rows` cuts a diff into what is shown line by line; `terminal` and `page` draw the rows; `unified` and `criticmarkup` write the
whole of both texts, so that either can be had back. JSON is the diff's own `to_dict`.
"""
