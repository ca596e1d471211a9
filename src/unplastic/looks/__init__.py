"""Look plus findings gives a recipe: the only place where diagnosis becomes prescription."""

from unplastic.looks.look import Look, look, look_files
from unplastic.looks.recipe import Recipe
from unplastic.looks.solve import solve

__all__ = ["Look", "Recipe", "look", "look_files", "solve"]
