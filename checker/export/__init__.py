"""The protocol in a scope, written in the languages of other model checkers. Made from the typed tree, with no engine's
help: that another tool agrees with ours would mean little if both read what the same code made.
"""
