"""What accounts says: organisations, slots, issuance, sign-ins."""
