"""The shelf for other programs. It holds no logic of answering: the command line and the page do the same."""
