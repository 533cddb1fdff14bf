"""One self-contained page of verdicts: what it shows (`lanes`, `view`) and how it is written (`page`, `templates/`)."""
