"""PDF files: extract the text, page by page."""

import io
from collections.abc import Sequence

from index.core.errors import UnreadableArticle
from index.core.limits import LIMITS
from index.formats.encodings import clean
from index.formats.parsed import Parsed


def parse_pdf(path: str, content: bytes) -> Sequence[Parsed]:
    """Extract the text of a PDF, page by page, with pypdf."""
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableArticle(
                f"{path}: the PDF is locked with a password. Expected one without a password. Save it unlocked."
            )
        if len(reader.pages) > LIMITS.pdf_pages:
            raise UnreadableArticle(
                f"{path}: {len(reader.pages):,} pages. Expected at most {LIMITS.pdf_pages:,}. Split the file."
            )
        pages = [clean(page.extract_text()).strip() for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise UnreadableArticle(
            f"{path}: the PDF is damaged ({type(error).__name__}). Expected one that a viewer opens. Save or download "
            "it again."
        ) from None
    if not any(pages):
        raise UnreadableArticle(
            f"{path}: a PDF without text, perhaps a scan. Expected text that can be selected. Run it through OCR first."
        )
    text, begins = "", []
    for page in pages:
        text += "\n\n" if text and page else ""
        begins.append(len(text))
        text += page
    return [Parsed(text, pages=tuple(begins))]
