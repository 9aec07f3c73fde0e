"""The questions and jobs of accounts by topic; `service.py` has the head they all stand on."""
