"""What the page exchanges with the browser: address, clicks, look."""
