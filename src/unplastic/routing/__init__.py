"""Each shot to the model that fits its surface: hard limits first, then what is believed, and why, in words.

choices = route(film, services=ready(settings()), evidence=(), seed=0)
"""

from unplastic.routing.choice import Choice, route
from unplastic.routing.plan import Plan, plan

__all__ = ["Choice", "Plan", "plan", "route"]
