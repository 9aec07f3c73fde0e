"""The report of a whole round to the ethics board: figures, results, who is missing."""
