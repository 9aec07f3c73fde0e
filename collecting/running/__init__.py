"""Running a round: opened, closed, and a trial purged, each a job that may be repeated."""
