"""Sessions, attempts, second factors and linked persons as they are kept."""
