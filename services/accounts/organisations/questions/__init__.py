"""What is asked about organisations and their changes."""
