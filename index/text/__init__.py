"""Articles, spans, sentences, chunks and terms."""
