"""OCR: read the text of scanned pages. An optional extra, which runs in the sandbox only."""
