"""Pure functions from one report to what a person, a program, a code host or a pull request reads."""
