"""The command line: `dateline`, or `python -m dateline`."""

import sys

from index.core.signals import Ended, end_on_signals


def main() -> None:
    """Run the command line. Signals are taken care of before the imports, which take a second."""
    try:
        end_on_signals()
        from ui.cli import main as run_command_line
    except Ended as ended:
        sys.exit(ended.exit_code)
    run_command_line()


if __name__ == "__main__":
    main()
