"""The published language of Sucharit: events, refusals, wire shapes, reference data. No I/O."""
