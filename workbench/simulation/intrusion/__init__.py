"""What the intruder does, over two days."""
