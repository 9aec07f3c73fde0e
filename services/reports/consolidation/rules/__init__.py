"""The sums of a consolidated report. No clock, store or bus."""
