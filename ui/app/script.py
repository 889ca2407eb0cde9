"""What Streamlit runs for each reader, from the top, at every interaction."""

from ui.app.page import show_page

show_page()
