"""What is written: log files, signed digests, Config files, and the folder they lie in."""
