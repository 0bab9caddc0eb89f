"""Great Expectations' pages made to stand alone: else they fetch styles, icons and scripts from six hosts."""

from __future__ import annotations

import re

#: What a page would fetch or link outside of the folder that it lies in.
_OUTSIDE = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|<img\b[^>]*>|<footer>.*?</footer>|url\('https?:[^)]*\)[^;]*;", re.DOTALL
)
_SUITE = re.compile(r'<a href="[^"]*expectations/[^"]*"\s*>(.*?)</a>', re.DOTALL)
_STYLE = """<style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 1rem 1.5rem; color: #1b1b1b; }
ol.ge-breadcrumbs { padding: 0; } .ge-breadcrumbs li { display: inline; margin-right: .6rem; }
h4, h5, h6 { font-size: 1rem; margin: .8rem 0 .2rem; } table { border-collapse: collapse; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #ccc; vertical-align: top; }
.badge { background: #eee; padding: 0 .3rem; } .collapse { display: block; } .navbar { height: auto !important; }
.fa-check-circle::before { content: "\\2713\\00a0"; color: #00695c; }
.fa-times::before { content: "\\2717\\00a0"; color: #b00020; }
i { font-style: normal; } .card:has(input), a[data-toggle="collapse"] { display: none; }
</style></head>"""


def standing_alone(page: str, index: str) -> str:
    """A rendered page without anything from elsewhere, in a style of its own; ``index`` is the address of the index."""
    text = _OUTSIDE.sub("", page).replace("../../../../index.html", index)
    return _SUITE.sub(r"\1", text).replace("</head>", _STYLE, 1)
