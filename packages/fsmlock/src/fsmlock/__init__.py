"""States, named locks, reasons and resumable work for Django models."""
