"""How the files of a run are handed out to workers, and how what they report comes together."""
