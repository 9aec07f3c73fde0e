"""Deadline night on a throwaway stack: the whole country files at once, and what that took."""
