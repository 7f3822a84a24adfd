"""From stored pictures to a movie that browsers play: knows no Django, no queue and no lock.

``pipeline.render`` is the way in; everything else here serves it.
"""

from __future__ import annotations
