"""A camera agent that films offline and online and never loses a frame."""
