"""All data sets of the comparison.

Those for choosing are for decisions about `auto`, those for reporting for the published table alone. No origin is in
both groups, so that two extracts of one survey are never on both sides.
"""

from collections.abc import Mapping
from typing import Final

from bench.quality.choosing import CHOOSING
from bench.quality.definition import DataSet
from bench.quality.reporting import REPORTING

ALL: Final[Mapping[str, DataSet]] = {**CHOOSING, **REPORTING}
