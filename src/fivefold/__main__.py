"""`python -m fivefold`: the shell's door where the command is not on the path."""

import sys

from fivefold.cli import main

if __name__ == "__main__":
    sys.exit(main())
