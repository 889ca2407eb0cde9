"""The command line: `dateline`, or `python -m dateline`."""

import sys

from index.core.signals import Ended, end_on_signals


def main() -> None:
    """Run the command line. Signals are taken care of before the imports, which take a second."""
    try:
        end_on_signals()
        from ui.cli import main as run_command_line

        run_command_line()
    except Ended as ended:  # outside of `run`: during the imports, or while it ends
        sys.exit(ended.exit_code)


if __name__ == "__main__":
    main()
