"""Activation codes: issued, printed on slips, handed out, used."""
