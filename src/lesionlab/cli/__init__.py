"""The command line: parse, call, print; every module here imports the rooms below only inside its commands."""
