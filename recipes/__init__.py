"""Recipes: flat scripts that reproduce a paper's experiment and say what they got."""
