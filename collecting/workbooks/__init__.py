"""The spreadsheet face of a form: where answers stand, writing them, reading them back."""
