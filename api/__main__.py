"""`python -m api`: the same as the command `caseload`."""

from api.command_line import main

if __name__ == "__main__":
    main()
