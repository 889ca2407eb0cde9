"""The picture of a scanned page, below an article that OCR has read."""

from pathlib import Path

import streamlit as st

from index.core.errors import DatelineError
from index.pipeline.page_pictures import has_pictures, picture_of_page
from index.text.articles import Article
from rag.evidence.citations import Citation
from ui.browser.look import show_text


def show_page_picture(article: Article, quote: Citation | None, seeds: Path) -> None:
    """Say which pages of a quote, or else of its article, OCR has read, and offer the picture of the first one."""
    read = [page for page in article.ocr if quote is None or page in article.pages_of(quote.span)]
    if not read:
        return
    pages = f"Page {read[0]} was" if len(read) == 1 else f"{len(read)} pages were"
    show_text(f"{pages} read by OCR, which can misread letters.", kind="note")
    if not has_pictures(article, seeds):
        return
    if st.toggle(f"Show page {read[0]} as it was scanned", key=f"scan-{article.id}-{read[0]}"):
        try:
            picture = _picture(article, read[0], seeds)
        except DatelineError as error:
            show_text(str(error), kind="problem")
            return
        st.image(picture, caption=f"{article.path}, page {read[0]}", width="stretch")


@st.cache_data(max_entries=20, show_spinner="Drawing the page", hash_funcs={Article: lambda article: article.id})
def _picture(article: Article, page: int, seeds: Path) -> bytes:
    return picture_of_page(article, page, seeds)
