"""Forms on paper: a filed report, and the blank."""
