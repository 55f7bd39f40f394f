"""Sphinx: the site is read from build/source, where docs/build.py lays it out."""

import sys
from pathlib import Path

import traderank

sys.path.insert(0, str(Path(__file__).parent))

project = "traderank"
author = "The traderank authors"
copyright = "the traderank authors; the figures are their offices'"
version = release = traderank.__version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "mathml",
]

# Notebooks come executed from docs/execute.py, which knows when data or code have changed.
nb_execution_mode = "off"
myst_enable_extensions = ["attrs_block", "colon_fence", "dollarmath"]
myst_heading_anchors = 3

default_role = "py:obj"
napoleon_google_docstring = False
autodoc_default_options = {"member-order": "bysource"}

html_theme = "sphinx_book_theme"
html_title = "traderank"
html_logo = "_static/logo.svg"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["traderank.css"]
html_context = {"default_mode": "light"}
html_show_sphinx = False
html_last_updated_fmt = None
html_theme_options = {
    "footer_content_items": ["copyright"],
    "navbar_start": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "search_bar_text": "Search",
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "use_fullscreen_button": False,
}
html_math_renderer = "mathml"
