"""Commands for developers and the operator."""
