"""A department as tables that a leader corrects, and as a new version of it again (da: rettelser).

Everything is what was written: a cell is a text until it is saved, so that no error, no refusal and
no other leader's change loses any of it. What was not changed keeps its value to the last digit.
"""
