"""Recipes: from text (`syntax`) to a model (`tree`) to a plan (`compile`, `plan`)."""
