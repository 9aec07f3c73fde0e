"""What a collection is asked and told about drafts."""
