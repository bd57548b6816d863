"""`python -m archivepolicy`: the command line."""

from archivepolicy.cli import main

if __name__ == "__main__":
    main()
