"""Hours, cases, rules and dates: the arithmetic of a family department.

Pure and exact: no web, no database, no chance and no clock; days come in as arguments. Start in
`roster` (hours to posts), `caseload` (posts and cases against the guideline), `deadlines` (a rule
and a start to a due date) and `compliance` (counts to shares with intervals). `METHOD.md` gives
every formula with its source.
"""
