"""Unexpected errors: logged with their traceback, and explained on the page in a sentence."""

from index.core.logs import log_unexpected


def log_and_explain(error: Exception) -> str:
    """Log an error that no code expected, and return where the details are, for the page."""
    path = log_unexpected(error)
    return f"The details are in {path}." if path else "The details are in the terminal that runs the server."


def log_script_error(error: Exception) -> None:
    """Log an error of the page's script. Streamlit's own loggers do not pass it on to our log."""
    log_unexpected(error)
