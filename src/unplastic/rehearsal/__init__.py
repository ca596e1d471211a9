"""The services' wire protocols on loopback, from a folder of clips: a film can be rehearsed with no key and no cost.

Every protocol is one file, found by the registry, and knows nothing of ``unplastic.providers``: it was written from
the services' own descriptions, so that an adapter which passes here has read them too.
"""

from unplastic.rehearsal.bill import Bill, Charge
from unplastic.rehearsal.faults import Fault, Faults, parse_faults
from unplastic.rehearsal.server import Rehearsal

__all__ = ["Bill", "Charge", "Fault", "Faults", "Rehearsal", "parse_faults"]
