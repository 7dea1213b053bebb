"""The site of one or several runs: a folder of pages that needs nothing but a browser.

    load -> compute (frames) -> draw (figures) -> render (templates)

`pages.PAGES` is the table of contents: a page is one function and one line there.
"""
