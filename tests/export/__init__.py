"""Tests of the texts for other model checkers that need no other tool."""
