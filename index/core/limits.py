"""Limits: the size of what is read, and the time and memory it may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of reading a file and cutting its articles into chunks."""

    file_bytes: int = 20_000_000  # of a file, or of one line of a JSONL file
    chunk_tokens: int = 200  # in a chunk, its heading included
    # Far more than a book, and small enough for all that is made of the article to fit into memory.
    article_characters: int = 10_000_000
    article_lines: int = 200_000
    pdf_pages: int = 5_000
    packed_entries: int = 5_000  # in a ZIP archive, which Word files and EPUBs are too
    packed_bytes: int = 200_000_000  # of an archive when unpacked
    parser_seconds: float = 30.0  # for one file
    parser_megabytes: int = 1_200  # of address space, Python and the parsers included
    ocr_seconds: float = 120.0  # for one page that is read by OCR, the start of its engine included
    ocr_pages: int = 300  # of a file
    ocr_megabytes: int = 4_000  # of address space
    parsed_bytes: int = 200_000_000  # of a parser's result


LIMITS = Limits()
