"""From a file to a department's own past: what is in a list, shown, corrected and then accepted.

A list is understood in five steps, one file each: which column is what (`columns`), what its words
mean (`meanings`), each row as events or employments (`cases`, `staff`, `absences`, `time_entries`,
`department_rows`), what is wrong with it (`faults`), and what a reader is told before anything is
kept (`report`). Nothing here is stored: `api.store.histories` does that when the user has accepted.
"""
