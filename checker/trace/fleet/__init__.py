"""Recordings with very many migrations: taken apart into cases by the column, each distinct variant judged once."""
