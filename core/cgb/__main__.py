"""`python -m cgb` is `cgb`."""

from cgb_cli import main

main()
