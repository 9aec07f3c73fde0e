"""Problem reports: troubles that organisations tell, and their answers."""
