"""Facts of the field every service reads alike: provinces, LAO types, code groups, dates, text."""
