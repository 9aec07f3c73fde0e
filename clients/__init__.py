"""One typed client for each service; every call has a deadline and named refusals."""
