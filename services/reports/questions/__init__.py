"""The questions, jobs and filings of reports by topic; `service.py` has the head they stand on."""
