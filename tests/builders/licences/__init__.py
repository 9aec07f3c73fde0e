"""A made-up collection: a year's report on each kind of licence that an organisation issues."""
