"""Files and evidence as they are kept."""
