"""`python -m lesionlab`: the command line."""

from lesionlab.cli.main import main

if __name__ == "__main__":
    main()
