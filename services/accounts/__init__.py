"""Accounts: the only authority on organisations, slots, activation codes and sign-ins."""
