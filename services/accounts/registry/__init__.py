"""The registry of LAOs: read from the DLA's file, compared and imported."""
