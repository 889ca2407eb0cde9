"""Text: articles, spans, sentences, chunks and terms. Everything here is computed from text alone."""
