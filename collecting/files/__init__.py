"""Files: taken in by parts, unpacked on a budget, told by their bytes, scanned and kept."""
