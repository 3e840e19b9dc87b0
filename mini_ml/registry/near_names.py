"""Names of models that are similar to a name, found with a few short listings, however many models there are."""

from typing import Final

from mini_ml import keys
from mini_ml.parallel import map_parallel
from mini_ml.ports import ObjectStore

_NAMES_PER_LISTING: Final = 40


def list_near_names(store: ObjectStore, model_name: str) -> list[str]:
    """Return names that begin like `model_name`, and the first names of all; some may have no version yet.

    A typing error leaves the beginning of a name intact, so each listing starts where names with a beginning of
    `model_name` stand: a short one, for an error in front, up to all but its last letter.
    """
    size = len(model_name)
    lengths = (0, 1, size // 2, size - 3, size - 2, size - 1)
    starts = sorted({model_name[: max(0, length)] for length in lengths})
    listed = map_parallel(lambda start: _list_from(store, start), starts)
    return sorted({name for names in listed for name in names})


def _list_from(store: ObjectStore, start: str) -> list[str]:
    return list(store.list_folders(keys.MODELS, start_after=start, limit=_NAMES_PER_LISTING))
