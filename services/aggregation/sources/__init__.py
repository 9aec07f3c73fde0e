"""The services whose obligations are counted, and what each of their events says."""
