"""Obligations: what an organisation owes a round, and what offices did about it."""
