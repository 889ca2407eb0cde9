"""The picture of a scanned page, below the article whose quote OCR has read."""

from pathlib import Path

import streamlit as st

from index.core.errors import DatelineError
from index.pipeline.page_pictures import picture_of_page
from index.text.articles import Article
from rag.evidence.citations import Citation
from ui.browser.look import show_text


def show_page_picture(quote: Citation | None, seeds: Path) -> None:
    """Offer the picture of the page that a quote is from, if OCR has read it."""
    if quote is None or not quote.by_ocr or quote.page is None:
        return
    show_text("This page was read by OCR, which can misread letters.", kind="note")
    if st.toggle(f"Show page {quote.page} as it was scanned", key=f"scan-{quote.article.id}-{quote.page}"):
        try:
            picture = _picture(quote.article, quote.page, seeds)
        except DatelineError as error:
            show_text(str(error), kind="problem")
            return
        st.image(picture, caption=f"{quote.article.path}, page {quote.page}", width="stretch")


@st.cache_data(max_entries=20, show_spinner="Drawing the page", hash_funcs={Article: lambda article: article.id})
def _picture(article: Article, page: int, seeds: Path) -> bytes:
    return picture_of_page(article, page, seeds)
