"""What becomes of mutants."""
