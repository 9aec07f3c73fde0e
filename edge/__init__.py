"""How strangers are served over HTTP: strictly, within limits of size, number and time."""
