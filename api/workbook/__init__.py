"""A finished workbook of a department: native formulas, live cells, help (da: regneark).

`book.workbook_of` is what an address sends. The arithmetic of the note is the spreadsheet's own;
what is simulated comes by the service's addresses, with the last value known beside it.
"""
